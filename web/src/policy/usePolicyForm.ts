import { computed, inject, onBeforeUnmount, provide, reactive, ref, shallowRef, type InjectionKey } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import type { Policy } from '../../../server/http/contract/policy-words.ts';
import { ApiError, type Misfit } from '../api/client.ts';
import { policies, type PolicyDetail } from '../api/policy.ts';
import { useSession } from '../stores/session.ts';
import { copyOf, differing, merge, putAt, valueAt } from './tree.ts';

/** What a field of the form reads and writes. */
export interface PolicyFields {
  at(path: string): unknown;
  put(path: string, value: unknown): void;
  /** What is wrong at a place, or in it; empty when nothing is. @param within also what lies below the path */
  wrong(path: string, within?: boolean): string;
  /** The same place in the version in force. */
  before(path: string): unknown;
}
const KEY: InjectionKey<PolicyFields> = Symbol('policy form');

/** The form a field stands in. @throws outside of one */
export function useFields(): PolicyFields {
  const fields = inject(KEY);
  if (!fields) throw new Error('a field of a policy outside of its form');
  return fields;
}

/** What somebody else did to the draft meanwhile: their changes are taken over, the reader's stay. */
export interface Overtaken {
  who: readonly string[];
  changed: number;
  /** Places that both changed. */
  disputed: readonly string[];
}

/**
 * A draft while it is edited: what was filled in, what the platform says is wrong with it, saving as of the revision that was seen. When
 * somebody else saved first, both are brought together and the reader decides again.
 */
export function usePolicyForm(version: () => string) {
  const session = useSession();
  const detail = shallowRef<PolicyDetail | null>(null);
  /** The version in force, to compare with. */
  const current = shallowRef<PolicyDetail | null>(null);
  const form = ref<Policy | null>(null);
  const errors = reactive(new Map<string, string>());
  const error = shallowRef<unknown>(null);
  const overtaken = shallowRef<Overtaken | null>(null);
  /** It can no longer be saved: deleted, or activated. */
  const lost = ref<'gone' | 'active' | ''>('');
  const trouble = ref('');
  const busy = ref(false);

  const unsaved = computed(() => (detail.value && form.value ? differing(detail.value.policy, form.value).length : 0));

  function show(next: PolicyDetail) {
    detail.value = next;
    form.value = copyOf(next.policy);
    errors.clear();
    overtaken.value = null;
    trouble.value = '';
  }

  async function load(): Promise<void> {
    error.value = null;
    try {
      const [own, list] = await Promise.all([policies.get(version()), policies.list()]);
      const inForce = list.find((one) => one.inForce);
      current.value = inForce ? await policies.get(inForce.version) : null;
      show(own);
    } catch (problem) {
      error.value = problem;
    }
  }

  provide(KEY, {
    at: (path) => valueAt(form.value, path),
    put(path, value) {
      if (form.value) putAt(form.value, path, value);
      for (const place of [...errors.keys()]) if (place === path || place.startsWith(`${path}.`)) errors.delete(place);
    },
    wrong(path, within = false) {
      const own = errors.get(path);
      if (own !== undefined || !within) return own ?? '';
      return [...errors].find(([place]) => place.startsWith(`${path}.`))?.[1] ?? '';
    },
    before: (path) => valueAt(current.value?.policy, path),
  });

  function tell(misfits: readonly Misfit[]) {
    errors.clear();
    // The first complaint of a place stands for those that follow from it.
    for (const { path, message } of misfits) if (!errors.has(path)) errors.set(path, message);
  }

  /** Takes over what another person saved meanwhile. */
  async function catchUp(): Promise<void> {
    const theirs = await policies.get(version()).catch((problem: unknown) => {
      if (problem instanceof ApiError && problem.status === 404) return null;
      throw problem;
    });
    if (!theirs) lost.value = 'gone';
    else if (theirs.state === 'active') lost.value = 'active';
    else {
      const { merged, changed, disputed } = merge(detail.value!.policy, form.value!, theirs.policy);
      const me = session.user?.username;
      const others = (theirs.writers ?? []).filter((one) => one !== me);
      detail.value = theirs;
      form.value = merged;
      overtaken.value = { who: others.length > 0 ? others : (theirs.writers ?? []), changed: changed.length, disputed };
    }
  }

  /** @returns whether it is saved; if not, `errors`, `overtaken`, `lost` or `trouble` say why */
  async function save(): Promise<boolean> {
    if (busy.value || !detail.value || !form.value) return false;
    busy.value = true;
    trouble.value = '';
    try {
      show(await policies.save(form.value, version(), detail.value.rev));
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (problem.status === 422 && problem.errors.length > 0) tell(problem.errors);
      else if ([404, 409, 412].includes(problem.status)) {
        await catchUp().catch(() => (trouble.value = 'unreachable'));
      } else trouble.value = problem.status === 0 ? 'unreachable' : problem.message;
      return false;
    } finally {
      busy.value = false;
    }
  }

  const undo = () => void (detail.value && show(detail.value));

  return { detail, current, form, errors, error, overtaken, lost, trouble, busy, unsaved, load, save, undo };
}

/** Asks before what was filled in is left behind. */
export function useLeaving(unsaved: () => number, question: () => string): void {
  const before = (event: BeforeUnloadEvent) => unsaved() > 0 && event.preventDefault();
  window.addEventListener('beforeunload', before);
  onBeforeUnmount(() => window.removeEventListener('beforeunload', before));
  onBeforeRouteLeave(() => unsaved() === 0 || window.confirm(question()));
}
