import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api } from '../api/index.ts';
import type { DeviceRow, EnterpriseRow, ResponseRow, ZoneRow } from '../api/types.ts';
import { responseInForce } from '../format/response.ts';
import { useClock } from './clock.ts';
import { useSession } from './session.ts';

/** What stands on the map and over the page: devices, zones, enterprises, responses. Read once, responses again every minute. */
export const useRegistry = defineStore('registry', () => {
  const devices = shallowRef<DeviceRow[]>([]);
  const zones = shallowRef<ZoneRow[]>([]);
  const enterprises = shallowRef<EnterpriseRow[]>([]);
  const responses = shallowRef<ResponseRow[]>([]);
  const asked = ref(false);
  const clock = useClock();
  const session = useSession();

  /** Reads all four; one that is refused or fails stays empty, the others still show. */
  async function load() {
    asked.value = true;
    const keep = <T>(read: Promise<T[]>, into: { value: T[] }) =>
      read.then(
        (rows) => void (into.value = rows),
        () => undefined,
      );
    await Promise.all([
      keep(api.devices(), devices),
      keep(api.zones(), zones),
      keep(api.enterprises(), enterprises),
      keep(api.responses(), responses),
    ]);
  }

  async function loadResponses() {
    responses.value = await api.responses().catch(() => responses.value);
  }

  const enterpriseById = computed(() => new Map(enterprises.value.map((row) => [row.id, row])));
  const deviceByKey = computed(() => new Map(devices.value.map((row) => [`${row.kind}/${row.id}`, row])));
  const minute = computed(() => Math.floor(clock.now / 60_000) * 60_000);
  /** An enterprise heeds what is in force in its own county; the others are told of whatever is. */
  const seat = computed(() =>
    session.user?.role === 'enterprise' ? enterpriseById.value.get(session.user.enterpriseId ?? '')?.county : undefined,
  );
  const response = computed(() => responseInForce(responses.value, minute.value, seat.value));

  function forget() {
    devices.value = [];
    zones.value = [];
    enterprises.value = [];
    responses.value = [];
    asked.value = false;
  }

  return { devices, zones, enterprises, responses, asked, load, loadResponses, enterpriseById, deviceByKey, response, forget };
});
