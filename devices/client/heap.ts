/** A binary heap: the smallest item by `compare` first. */
export interface Heap<T> {
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  readonly size: number;
}

export function createHeap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = [];
  const less = (i: number, j: number) => compare(items[i] as T, items[j] as T) < 0;
  const swap = (i: number, j: number) => {
    const held = items[i] as T;
    items[i] = items[j] as T;
    items[j] = held;
  };
  return {
    push(item) {
      items.push(item);
      for (let i = items.length - 1; i > 0;) {
        const parent = (i - 1) >> 1;
        if (!less(i, parent)) break;
        swap(i, parent);
        i = parent;
      }
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last as T;
        for (let i = 0; ;) {
          let next = i;
          for (const child of [2 * i + 1, 2 * i + 2]) if (child < items.length && less(child, next)) next = child;
          if (next === i) break;
          swap(i, next);
          i = next;
        }
      }
      return top;
    },
    get size() {
      return items.length;
    },
  };
}
