import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Alert, AlertDetail } from '../api/types.ts';
import { KEY_OF, STEPS_OF, whyNot, type StepName, type Why } from '../live/steps.ts';
import { useSteps } from '../live/useSteps.ts';
import { useSession } from './session.ts';

/** A step somebody is about to take, in a dialog. */
export interface Job {
  alert: Alert | AlertDetail;
  step: Exclude<StepName, 'acknowledge'>;
}

const STEP_OF = new Map(Object.entries(KEY_OF).map(([step, key]) => [key, step as StepName]));

/** The steps one takes from any room: one at a time, each in its dialog, but for taking an alert on, which asks nothing. */
export const useWork = defineStore('work', () => {
  const session = useSession();
  const steps = useSteps();
  const job = shallowRef<Job | null>(null);

  /** Why the person cannot take a step; undefined when they can. */
  function hindrance(alert: Alert | AlertDetail, step: StepName): Why | 'role' | undefined {
    const role = session.user?.role;
    if (role === undefined || !STEPS_OF[role]?.includes(step)) return 'role';
    return whyNot(alert, step);
  }

  /** Takes a step, or opens its dialog. @returns what hinders it */
  function begin(alert: Alert | AlertDetail, step: StepName): Why | 'role' | undefined {
    const why = hindrance(alert, step);
    if (why !== undefined) return why;
    if (step === 'acknowledge') void steps.take(alert, step);
    else job.value = { alert, step };
    return undefined;
  }

  function end() {
    job.value = null;
  }

  /** The step a key stands for. */
  const stepOfKey = (key: string): StepName | undefined => STEP_OF.get(key);

  return { job, busy: steps.busy, begin, end, hindrance, stepOfKey };
});
