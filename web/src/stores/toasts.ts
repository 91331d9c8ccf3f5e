import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'warning';
}

/** Short words about what just happened, gone after a while, read out to screen readers. */
export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([]);
  let next = 1;

  function say(text: string, tone: Toast['tone'] = 'plain') {
    const id = next++;
    items.value = [...items.value.slice(-2), { id, text, tone }];
    setTimeout(() => drop(id), tone === 'warning' ? 9_000 : 4_000);
  }

  function drop(id: number) {
    items.value = items.value.filter((toast) => toast.id !== id);
  }

  return { items, say, drop };
});
