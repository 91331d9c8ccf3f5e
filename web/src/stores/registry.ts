import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api } from '../api/index.ts';
import { orders, type ResponseBook } from '../api/orders.ts';
import type { DeviceRow, EnterpriseRow, ZoneRow } from '../api/types.ts';
import { levelsOf, standingAt } from '../format/response.ts';
import { useClock } from './clock.ts';
import { useSession } from './session.ts';

/** So long the page waits for the response in force before it shows itself. */
const RESPONSES_WITHIN_MS = 1_500;

/**
 * What stands on the map and over the page: devices, zones, enterprises, responses. Read once; responses and zones again when the live
 * line says that some were published, and responses every minute all the same.
 */
export const useRegistry = defineStore('registry', () => {
  const devices = shallowRef<DeviceRow[]>([]);
  const zones = shallowRef<ZoneRow[]>([]);
  const enterprises = shallowRef<EnterpriseRow[]>([]);
  const book = shallowRef<ResponseBook | null>(null);
  const asked = ref(false);
  /** The responses have been answered, or will not be soon: the band over the room is there from the first picture on, or not at all. */
  const told = ref(false);
  const clock = useClock();
  const session = useSession();

  /** Reads all four; one that is refused or fails stays empty, the others still show. */
  async function load() {
    asked.value = true;
    setTimeout(() => (told.value = true), RESPONSES_WITHIN_MS);
    const keep = <T>(read: Promise<T[]>, into: { value: T[] }) =>
      read.then(
        (rows) => void (into.value = rows),
        () => undefined,
      );
    await Promise.all([
      keep(api.devices(), devices),
      keep(api.zones(), zones),
      keep(api.enterprises(), enterprises),
      loadResponses().then(() => (told.value = true)),
    ]);
  }

  /** @throws ApiError */
  async function readResponses() {
    book.value = await orders.responses();
  }

  const loadResponses = () => readResponses().catch(() => undefined);

  /** Rows of these collections were published. */
  async function heard(changed: readonly string[]) {
    if (!asked.value) return;
    await Promise.all([
      changed.includes('responses') && loadResponses(),
      changed.includes('zones') &&
        api.zones().then(
          (rows) => (zones.value = rows),
          () => undefined,
        ),
    ]);
  }

  const enterpriseById = computed(() => new Map(enterprises.value.map((row) => [row.id, row])));
  const deviceByKey = computed(() => new Map(devices.value.map((row) => [`${row.kind}/${row.id}`, row])));
  /** An enterprise heeds what is in force in its own county; the others are told of whatever is. */
  const seat = computed(() =>
    session.user?.role === 'enterprise' ? enterpriseById.value.get(session.user.enterpriseId ?? '')?.county : undefined,
  );
  /** What is in force now for this user, the highest first. */
  const standing = computed(() => (book.value ? standingAt(book.value, clock.now, seat.value) : []));
  /** What is in force by county, of all the city; another object only where something changed. */
  const levels = computed<ReturnType<typeof levelsOf>>((before) => {
    const next = levelsOf(book.value ? standingAt(book.value, clock.now) : []);
    return before && JSON.stringify(before) === JSON.stringify(next) ? before : next;
  });

  function forget() {
    devices.value = [];
    zones.value = [];
    enterprises.value = [];
    book.value = null;
    asked.value = false;
    told.value = false;
  }

  return {
    devices,
    zones,
    enterprises,
    book,
    asked,
    told,
    load,
    readResponses,
    loadResponses,
    heard,
    enterpriseById,
    deviceByKey,
    standing,
    levels,
    forget,
  };
});
