import { computed, shallowRef, type Ref } from 'vue';
import type { ZoneForm } from './form.ts';
import { append, FEWEST, insertAfter, middleOf, moveTo, removeAt, toggleEdge, type Outline, type Place } from './outline.ts';

/** The middle of Xinzhou's built-up area: where the first point of a table stands until it is told otherwise. */
const FIRST: Place = { lon: 112.734, lat: 38.416 };
const STEP = 0.01;
const MOST_UNDONE = 100;

/** A zone while it is drawn: whatever is drawn can be undone. */
export function useZoneForm(form: Ref<ZoneForm | null>) {
  type Drawn = Pick<ZoneForm, 'outline' | 'closed' | 'bypass'>;
  const past = shallowRef<Drawn[]>([]);
  const dirty = shallowRef(false);

  function draw(change: Partial<Drawn>) {
    if (!form.value) return;
    const { outline, closed, bypass } = form.value;
    past.value = [...past.value.slice(-MOST_UNDONE), { outline, closed, bypass }];
    form.value = { ...form.value, ...change };
    dirty.value = true;
  }
  const outline = computed(() => form.value?.outline ?? []);
  const beside = (place: Place | undefined): Place => (place ? { lon: Math.round((place.lon + STEP) * 1e6) / 1e6, lat: place.lat } : FIRST);

  return {
    dirty,
    mayUndo: computed(() => past.value.length > 0),
    mayClose: computed(() => form.value !== null && !form.value.closed && outline.value.length >= FEWEST),
    undo() {
      const before = past.value.at(-1);
      if (!before || !form.value) return;
      past.value = past.value.slice(0, -1);
      form.value = { ...form.value, ...before };
    },
    outline: (next: Outline) => draw({ outline: next }),
    bypass: (next: Place[]) => draw({ bypass: next }),
    close: () => draw({ closed: true }),
    redraw: () => draw({ outline: [], closed: false }),
    /** For those who write coordinates instead of drawing. */
    table: {
      move: (i: number, place: Place) => draw({ outline: moveTo(outline.value, i, place) }),
      insert: (i: number) => draw({ outline: insertAfter(outline.value, i, middleOf(outline.value, i)) }),
      remove: (i: number) => draw({ outline: removeAt(outline.value, i) }),
      toggle: (i: number) => draw({ outline: toggleEdge(outline.value, i) }),
      add() {
        const all = outline.value;
        const last = all.length - 1;
        const next = form.value?.closed && last >= 0 ? insertAfter(all, last, middleOf(all, last)) : append(all, beside(all[last]));
        draw({ outline: next });
      },
    },
    wayTable: {
      move: (i: number, place: Place) => draw({ bypass: (form.value?.bypass ?? []).map((one, at) => (at === i ? place : one)) }),
      insert(i: number) {
        const way = form.value?.bypass ?? [];
        const next = way[i + 1];
        const here = way[i]!;
        const between = next ? { lon: (here.lon + next.lon) / 2, lat: (here.lat + next.lat) / 2 } : beside(here);
        draw({ bypass: [...way.slice(0, i + 1), between, ...way.slice(i + 1)] });
      },
      remove: (i: number) => draw({ bypass: (form.value?.bypass ?? []).filter((_, at) => at !== i) }),
      add: () => draw({ bypass: [...(form.value?.bypass ?? []), beside(form.value?.bypass.at(-1) ?? outline.value.at(-1))] }),
    },
  };
} // prettier-ignore
