import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import { idempotencyKey } from '../api/client.ts';
import type { AlertDetail, AlertStep } from '../api/types.ts';
import { fromField, isoCivil } from '../format/due.ts';
import { useClock } from '../stores/clock.ts';
import { useLive } from '../stores/live.ts';
import { useSession } from '../stores/session.ts';
import { useWork, type Job } from '../stores/work.ts';
import { whyNot } from './steps.ts';
import { useSteps } from './useSteps.ts';

/** After news of another's step the button rests this long, so that a click meant for before it does not land. */
const GUARD_MS = 800;

/** What one fills in; each step reads its part. */
export interface Draft {
  assignee: string;
  due: string;
  outcome: string;
  to: string;
  code: string;
  note: string;
}

/**
 * A step in its dialog: what is filled in, and what others do to the alert meanwhile. A step is sent as of the revision the person has
 * been shown; when somebody else was faster their step is shown, what was filled in stays, and one decides again.
 */
export function useJob(job: Ref<Job | null>) {
  const live = useLive();
  const clock = useClock();
  const session = useSession();
  const work = useWork();
  const { attempt, busy } = useSteps();
  const draft = reactive<Draft>({ assignee: '', due: '', outcome: '', to: '', code: '', note: '' });
  /** The alert as the person has been shown it. */
  const seen = shallowRef<AlertDetail | null>(null);
  /** What others did since the dialog was opened. */
  const others = shallowRef<AlertStep[]>([]);
  const trouble = ref('');
  const guarded = ref(false);
  let opened = 0;
  let key = { value: '', body: '' };

  watch(
    job,
    async (now) => {
      if (!now) return;
      const { alert } = now;
      Object.assign(draft, {
        assignee: '',
        due: '',
        outcome: '',
        to: alert.rule === 'sale-ban' ? 'market' : 'traffic-police',
        code: alert.clue?.code ?? '',
        note: '',
      });
      others.value = [];
      trouble.value = '';
      seen.value = null;
      key = { value: '', body: '' };
      await readAgain(now, true);
    },
    { immediate: true },
  );

  async function readAgain(of: Job, first = false) {
    const next = await api.alert(of.alert.id).catch(() => null);
    if (job.value !== of) return;
    if (next) show(next, first);
    else if (first) trouble.value = 'unread';
  }

  /** Shows an alert as it is now: from here on a step is as of it. */
  function show(next: AlertDetail, first = false) {
    if (seen.value && next.rev <= seen.value.rev) return;
    const history = next.history ?? [];
    if (first) opened = history.length;
    const me = session.user?.username;
    const news = history.slice(opened).filter((entry) => entry.by !== 'system' && entry.by !== me);
    if (news.length > others.value.length) {
      guarded.value = true;
      setTimeout(() => (guarded.value = false), GUARD_MS);
    }
    others.value = news;
    seen.value = next;
    trouble.value = '';
  }

  watch(
    () => (job.value ? live.alerts.get(job.value.alert.id)?.rev : undefined),
    (rev) => {
      if (job.value && rev !== undefined && seen.value && rev > seen.value.rev && !busy.value) void readAgain(job.value);
    },
  );

  const body = computed<Record<string, unknown> | null>(() => {
    const note = draft.note.trim();
    const noted = note === '' ? {} : { note };
    switch (job.value?.step) {
      case 'dispatch': {
        const due = fromField(draft.due);
        const assignee = draft.assignee.trim();
        return assignee === '' || assignee.length > 64 || Number.isNaN(due) || due <= clock.now
          ? null
          : { assignee, due: isoCivil(due), ...noted };
      }
      case 'handle':
        return draft.outcome === '' ? null : { outcome: draft.outcome, ...noted };
      case 'hand-over':
        return /^[0-9A-Za-z-]{1,16}$/.test(draft.code) ? { to: draft.to, code: draft.code, ...noted } : null;
      case 'comment':
        return note === '' ? null : { text: note };
      case undefined:
        return null;
      default:
        return noted;
    }
  });

  /** Why the step can no longer be taken. */
  const hindrance = computed(() => (job.value && seen.value ? whyNot(seen.value, job.value.step) : undefined));
  const ready = computed(
    () => seen.value !== null && body.value !== null && hindrance.value === undefined && !busy.value && !guarded.value,
  );

  async function send() {
    const now = job.value;
    if (!now || !seen.value || !body.value || !ready.value) return;
    const told = JSON.stringify([seen.value.rev, body.value]);
    // What may have arrived though no answer came is sent again under the same key: it is done once.
    if (key.body !== told) key = { value: idempotencyKey(), body: told };
    const result = await attempt(seen.value, now.step, body.value, key.value);
    if (result.kind === 'done') {
      if (job.value === now) work.end();
    } else if (result.kind === 'stale') {
      if (result.now) show(result.now);
      if (result.status === 409 && hindrance.value === undefined) trouble.value = result.detail;
    } else {
      trouble.value = result.detail;
    }
  }

  return { draft, seen, others, trouble, hindrance, ready, busy, send, retry: () => job.value && readAgain(job.value, true) };
}
