import { expect } from 'chai';
import fc from 'fast-check';
import { createPinia, setActivePinia } from 'pinia';
import { effectScope, nextTick, ref, type EffectScope } from 'vue';
import { api } from '../../../web/src/api/index.ts';
import type { Alert } from '../../../web/src/api/types.ts';
import { matches, momentOf, newestFirst, type AlertFilter } from '../../../web/src/live/filter.ts';
import { difference, holds, placeOf, replaced } from '../../../web/src/live/order.ts';
import { useAlertPages } from '../../../web/src/live/useAlertPages.ts';
import { useLive } from '../../../web/src/stores/live.ts';

const alert = (id: string, minute: number, more: Partial<Alert> = {}): Alert =>
  ({
    id,
    rev: 1,
    state: 'open',
    severity: 'warning',
    provisional: false,
    firstAt: new Date(Date.UTC(2021, 10, 1, 0, minute)).toISOString(),
    ...more,
  }) as Alert;
const idsOf = (alerts: readonly Alert[]) => alerts.map(({ id }) => id);
/** Alerts of few moments, so that many are of one. */
const alerts = fc
  .uniqueArray(fc.tuple(fc.nat(40), fc.nat(6)), { selector: ([n]) => n, maxLength: 40 })
  .map((list) => list.map(([n, minute]) => alert(`a${n}`, minute)));

describe('a list of alerts in order', () => {
  const sorted = alerts.map((list) => list.sort(newestFirst));

  it('knows where each stands', () =>
    fc.assert(
      fc.property(sorted, (list) => {
        for (const [n, one] of list.entries()) expect(placeOf(list, one)).to.equal(n);
        for (const one of list) expect(holds(list, { ...one }), 'another revision of it').to.equal(false);
      }),
    ));

  it('gives some away and takes others in, and stays in order', () =>
    fc.assert(
      fc.property(sorted, fc.infiniteStream(fc.nat(2)), (all, dice) => {
        const role = new Map(all.map((one) => [one, dice.next().value]));
        const [stay, out, into] = [0, 1, 2].map((which) => all.filter((one) => role.get(one) === which)) as [
          Alert[],
          Alert[],
          Alert[],
        ];
        const list = [...stay, ...out].sort(newestFirst);
        expect(idsOf(replaced(list, [...out].reverse(), [...into].reverse()))).to.deep.equal(
          idsOf([...stay, ...into].sort(newestFirst)),
        );
      }),
    ));

  it('stays the same one where nothing changes', () => {
    const list = [alert('a', 1)];
    expect(replaced(list, [], [])).to.equal(list);
  });

  for (const [what, kind] of [
    ['in order', sorted],
    ['in any order', alerts],
  ] as const)
    it(`becomes another by what differs, ${what}`, () =>
      fc.assert(
        fc.property(kind, kind, fc.nat(40), (mine, theirs, shared) => {
          const kept = mine.slice(shared);
          const after = [...theirs.filter((one) => !kept.some(({ id }) => id === one.id)), ...kept];
          if (what === 'in order') after.sort(newestFirst);
          const { out, into } = difference(mine, after);
          const result = new Set(mine);
          for (const one of out) result.delete(one);
          for (const one of into) result.add(one);
          expect(result.size).to.equal(after.length);
          expect(after.every((one) => result.has(one))).to.equal(true);
          if (what === 'in order')
            expect(
              into.some((one) => out.includes(one)),
              'only what differs',
            ).to.equal(false);
        }),
      ));
});

type Step =
  | { do: 'news'; id: number; minute: number; state: Alert['state']; severity: Alert['severity'] }
  | { do: 'leave'; id: number }
  | { do: 'hold' }
  | { do: 'let-go' }
  | { do: 'more' }
  | { do: 'accept' }
  | { do: 'ask'; severity: Alert['severity'] | undefined };
const STATES = ['open', 'acknowledged', 'closed'] as const;
const SEVERITIES = ['warning', 'critical'] as const;
const id = fc.nat(14);
const news = fc.record({
  do: fc.constant('news' as const),
  id,
  minute: fc.nat(8),
  state: fc.constantFrom(...STATES),
  severity: fc.constantFrom(...SEVERITIES),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: news },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), id }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'let-go' as const, 'more' as const, 'accept' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ask' as const), severity: fc.constantFrom(undefined, ...SEVERITIES) }) },
);

/** Days that once came out wrong: rows read by somebody moved below the pages, and a row there moved above them. */
const say = (id: number, minute: number): Extract<Step, { do: 'news' }> => ({
  do: 'news',
  id,
  minute,
  state: 'open',
  severity: 'warning',
});
const FOUND: [Extract<Step, { do: 'news' }>[], Step[]][] = [
  [
    [say(3, 2), say(2, 2)],
    [
      { do: 'hold' },
      say(14, 2),
      { do: 'ask', severity: 'critical' },
      say(0, 0),
      { do: 'ask', severity: undefined },
      say(2, 0),
      say(3, 0),
      say(14, 0),
      say(0, 1),
    ],
  ],
];

describe('the alerts of a filter', () => {
  const PAGE = 3;
  const asked = api.alerts;
  let scope: EffectScope;
  afterEach(() => {
    scope.stop();
    api.alerts = asked;
  });

  it('are what pages and news make together: in order, none twice, none missing, none moved while somebody reads', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(news, { maxLength: 12, size: 'max' }),
        fc.array(step, { maxLength: 40, size: 'max' }),
        async (stored, steps) => {
          const store = new Map<string, Alert>();
          let rev = 0;
          const put = (one: Extract<Step, { do: 'news' }>) => {
            const { minute, state, severity } = one;
            const row = alert(`a${one.id}`, minute, { state, severity, rev: ++rev });
            store.set(row.id, row);
            return row;
          };
          for (const one of stored) put(one);
          setActivePinia(createPinia());
          const live = useLive();
          let seq = 0;
          live.hello({ log: 'L', seq });
          const filter = ref<AlertFilter>({});
          const hold = ref(false);
          api.alerts = async ({ cursor } = {}) => {
            const all = [...store.values()].filter((row) => matches(row, filter.value)).sort(newestFirst);
            const [minute, last] = cursor?.split('/') ?? [];
            const after = last === undefined ? all : all.filter((row) => newestFirst(row, alert(last, Number(minute))) > 0);
            const items = after.slice(0, PAGE);
            const end = items.at(-1);
            const next = after.length > PAGE && end ? `${new Date(end.firstAt).getUTCMinutes()}/${end.id}` : null;
            return { items, next };
          };
          scope = effectScope();
          const list = scope.run(() => useAlertPages(filter, hold, PAGE))!;
          const settled = async () => {
            await nextTick();
            while (list.loading.value) await new Promise(setImmediate);
          };
          await settled();

          /** Rows that changed while somebody read: they may stand where they do not belong. */
          const moved = new Set<string>();
          for (const one of steps) {
            const before = { rows: list.rows.value, held: new Set(idsOf(list.held.value)) };
            // A row that moved may stand above rows further down than the pages reach: it says nothing of what is news.
            const firstStands = before.rows.length > 0 && !moved.has(before.rows[0]!.id);
            const reach = (row: Alert) => list.more.value === false || newestFirst(row, before.rows.at(-1)!) <= 0;
            if (one.do === 'news') {
              const row = put(one);
              live.alertsCame({
                upTo: ++seq,
                items: [{ seq, kind: before.rows.some(({ id }) => id === row.id) ? 'changed' : 'opened', alert: row }],
              });
              const shown = idsOf(list.rows.value).includes(row.id);
              const was = before.rows.some(({ id }) => id === row.id);
              if (was && hold.value) {
                expect(shown, 'stays while one reads').to.equal(true);
                moved.add(row.id);
              } else if (!matches(row, filter.value)) expect(shown, 'does not fit').to.equal(false);
              else if (hold.value && firstStands && newestFirst(row, before.rows[0]!) < 0)
                expect(idsOf(list.held.value), 'waits').to.include(row.id);
              else if (!hold.value && reach(row)) expect(shown, 'is shown').to.equal(true);
            } else if (one.do === 'leave') {
              const known = store.get(`a${one.id}`);
              if (!known) continue;
              store.delete(known.id);
              live.alertsCame({ upTo: ++seq, items: [{ seq, kind: 'removed', alert: { id: known.id, rev: ++rev, seq } }] });
              expect(idsOf(list.rows.value)).to.not.include(known.id);
            } else if (one.do === 'hold' || one.do === 'let-go') hold.value = one.do === 'hold';
            else if (one.do === 'more') await list.readMore();
            else if (one.do === 'ask') {
              if (one.severity !== filter.value.severity) moved.clear();
              filter.value = one.severity === undefined ? {} : { severity: one.severity };
            } else list.acceptAll();
            await settled();
            if (!hold.value || one.do === 'accept') moved.clear();

            const rows = list.rows.value;
            expect(idsOf(rows), 'in order, none twice').to.deep.equal(idsOf([...new Set(rows)].sort(newestFirst)));
            for (const row of rows) expect(row, 'as it is known').to.equal(live.alerts.get(row.id));
            for (const row of list.held.value) {
              expect(row).to.equal(live.alerts.get(row.id));
              expect(matches(row, filter.value) && !rows.includes(row), 'waits, is not shown').to.equal(true);
            }
            if (!hold.value) {
              expect(list.held.value).to.deep.equal([]);
              expect(rows.every((row) => matches(row, filter.value))).to.equal(true);
            }
            // Nothing that is stored and fits is missing down to where the pages reach.
            const last = rows.findLast(({ id }) => !moved.has(id));
            expect(rows.length > 0 || (!list.more.value && list.held.value.length === 0), 'bare though there is more').to.equal(
              true,
            );
            if (list.more.value && !last) continue;
            const held = new Set(idsOf(list.held.value));
            const lowest = list.more.value ? momentOf(last!) : -Infinity;
            for (const row of store.values())
              if (matches(row, filter.value) && momentOf(row) > lowest && !held.has(row.id))
                expect(idsOf(rows), `${row.id} is missing`).to.include(row.id);
          }
          list.acceptAll();
          expect(list.held.value).to.deep.equal([]);
          for (let pages = 0; list.more.value && pages < 20; pages++) await list.readMore();
          expect(idsOf(list.rows.value), 'all of it').to.deep.equal(
            idsOf([...store.values()].filter((row) => matches(row, filter.value)).sort(newestFirst)),
          );
          scope.stop();
        },
      ),
      { numRuns: 500, examples: FOUND },
    ));
});
