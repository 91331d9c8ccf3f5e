import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../api/index.ts';
import { ApiError } from '../api/client.ts';
import type { User } from '../api/types.ts';

/** Who is at the screen. `unknown` until the server was asked. */
export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null);
  const asked = ref(false);
  /** The session ended while somebody worked. */
  const ended = ref(false);

  /** Asks who is signed in, once; throws what is not a plain "nobody". */
  async function ask(): Promise<User | null> {
    if (asked.value) return user.value;
    try {
      user.value = (await api.session()).user;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      user.value = null;
    }
    asked.value = true;
    return user.value;
  }

  async function signIn(username: string, password: string) {
    await api.signIn(username, password);
    user.value = (await api.session()).user;
    asked.value = true;
    ended.value = false;
  }

  async function signOut() {
    await api.signOut().catch(() => undefined);
    user.value = null;
  }

  function lost() {
    if (user.value) ended.value = true;
    user.value = null;
  }

  /** Auditors read, enterprises comment: neither takes on nor closes an alert. */
  const maySteps = computed(() => user.value !== null && ['owner', 'police', 'bureau', 'market'].includes(user.value.role));

  const mayComment = computed(() => maySteps.value || user.value?.role === 'enterprise');

  return { user, asked, ended, ask, signIn, signOut, lost, maySteps, mayComment };
});
