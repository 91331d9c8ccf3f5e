import { DAY, formatInstant, parseRegistryTime } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { DeclarationCheck, DeclarationChecked } from '../http/contract/control.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { responseInForce, responseWindows } from '../policy/responses.ts';
import type { ResponseRow } from '../policy/types.ts';
import { allInForce, inForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { Versioned } from '../registry/types.ts';
import { nonroadRegistration } from '../rules/nonroad-registration.ts';
import type { DeclarationFacts, DeviceFacts, MachineFacts } from '../rules/types.ts';

export interface DeclarationCheckDeps {
  registry: Pick<RegistryReader, 'sync' | 'allEnterprises' | 'responses' | 'sites' | 'declarations' | 'machinery'>;
  policies: Pick<PolicyBook, 'at'>;
  clock: Clock;
}

type Row = DeclarationCheck['rows'][number];
type Note = Omit<DeclarationChecked['items'][number]['notes'][number], 'message'> & { zh: string; en: string };
/** An answer with its notes still in both languages. */
export type CheckedRow = Omit<DeclarationChecked['items'][number], 'notes'> & { notes: Note[] };

type Judgement = Omit<Note, 'from' | 'to' | 'severity'> & { severity: 'review' | 'refuse' };

const STRICTNESS = { admit: 0, review: 1, refuse: 2 } as const;
/** What is declared without an end is looked at so far ahead. */
const AHEAD = 400 * DAY;

/** What a check of one row is made of. */
interface Asked {
  row: Row;
  site: DeviceFacts | undefined;
  county: string | undefined;
  machine: MachineFacts | undefined;
  declared: readonly Versioned<DeclarationFacts>[];
  responses: readonly ResponseRow[];
  now: number;
}

/**
 * What the machinery gate of a site would answer once a machine is declared, by the rule that judges there: now or when the declared time
 * begins, and whenever a response begins or ends within it, as far as orders are published. Changes nothing.
 */
export function createDeclarationCheck({ registry, policies, clock }: DeclarationCheckDeps) {
  /** By the rule: what would be found at a moment. */
  function judgedAt(at: number, { row, site, county, machine, responses, now }: Asked): Judgement[] {
    const response = county === undefined ? undefined : responseInForce(responses, county, at, now);
    const id = 'declared';
    const found = nonroadRegistration.judge({
      observation: {
        kind: 'machinery-gate', message: 'passage', deviceId: row.siteId, id, ref: `machinery-gate/${row.siteId}/${id}`,
        at, receivedAt: at, backfill: false, unsynced: false,
        body: { id, at: formatInstant(at), direction: 'in', registrationCode: row.registrationCode },
      },
      device: site!,
      policy: policies.at(at, now),
      ...(machine && { machine }),
      declaration: { version: id, siteId: row.siteId, registrationCode: row.registrationCode, from: at },
      ...(response && { response }),
    }); // prettier-ignore
    return found.flatMap(({ code, proposal, zh, en }) => (proposal === 'none' ? [] : [{ code, severity: proposal, zh, en }]));
  }

  function check(asked: Asked): CheckedRow {
    const { row, site, county, machine, responses, now } = asked;
    const from = parseRegistryTime(row.from, 'start');
    const to = row.to === undefined ? Infinity : parseRegistryTime(row.to, 'end');
    const notes = ownNotes(asked, from, to);
    const about = {
      registered: machine !== undefined,
      ...(machine && { machineryKind: machine.machineryKind, stage: machine.stage ?? ('unknown' as const) }),
    };
    if (notes.some(({ severity }) => severity === 'error') || !site) return { ...about, answer: 'refuse', notes };
    const begin = Math.max(from, now);
    const end = Math.min(to, begin + AHEAD);
    const windows = county === undefined ? [] : responseWindows(responses, county, begin, end, now);
    const edges = windows.flatMap((window) => [window.from, ...(window.to === undefined ? [] : [window.to])]);
    const moments = [begin, ...new Set(edges.filter((at) => at > begin && at < end))].sort((a, b) => a - b);
    let answer: CheckedRow['answer'] = 'admit';
    for (const [i, at] of moments.entries()) {
      const until = moments[i + 1];
      const to = until === undefined ? {} : { to: formatInstant(until) };
      for (const note of judgedAt(at, asked)) {
        if (STRICTNESS[note.severity] > STRICTNESS[answer]) answer = note.severity;
        // What goes on is said once, in the words of its beginning.
        const before = notes.findIndex((n) => n.code === note.code && n.to === formatInstant(at));
        if (before < 0) notes.push({ ...note, ...(i > 0 && { from: formatInstant(at) }), ...to });
        else {
          const { to: _ended, ...going } = notes[before]!;
          notes[before] = { ...going, ...to };
        }
      }
    }
    return { ...about, answer, notes };
  }

  return {
    /** Row by row, in the order given; a site beyond the caller's own is told as unknown. */
    async of({ rows }: DeclarationCheck, actor: Actor): Promise<{ asOf: string; items: CheckedRow[] }> {
      await registry.sync();
      const now = clock.now();
      const [enterprises, sites, responses, machines, declared] = await Promise.all([
        registry.allEnterprises(),
        registry.sites(),
        registry.responses(),
        registry.machinery(rows.map(({ registrationCode }) => registrationCode)),
        registry.declarations(rows.map(({ siteId }) => siteId)),
      ]);
      const seats = new Map(allInForce(enterprises, now, now).map(({ facts }) => [facts.id, facts.county]));
      const own = allInForce(sites, now, now)
        .map(({ facts }) => facts)
        .filter(({ enterpriseId }) => actor.role !== 'enterprise' || enterpriseId === actor.enterpriseId);
      return {
        asOf: formatInstant(now),
        items: rows.map((row) => {
          const site = own.find(({ id }) => id === row.siteId);
          return check({
            row,
            site,
            county: site && (site.county ?? seats.get(site.enterpriseId ?? '')),
            machine: inForce(machines.get(row.registrationCode) ?? [], now, now)?.facts,
            declared: (declared.get(row.siteId) ?? []).filter(({ facts }) => facts.registrationCode === row.registrationCode),
            responses: responses.filter(({ recordedAt }) => recordedAt <= now),
            now,
          });
        }),
      };
    },
  };
}
export type DeclarationChecker = ReturnType<typeof createDeclarationCheck>;

/** What is wrong with the declaration itself, whatever the machine. */
function ownNotes({ site, declared, now }: Asked, from: number, to: number): Note[] {
  if (!site)
    return [{ code: 'unknown-site', severity: 'error', zh: '没有这个场所，或不属于本企业', en: 'no such site of yours' }];
  const notes: Note[] = [];
  if (to <= from)
    notes.push({ code: 'ends-first', severity: 'error', zh: '结束时间不晚于开始时间', en: 'it ends before it begins' });
  else if (to <= now) notes.push({ code: 'over', severity: 'info', zh: '申报期已过', en: 'its time is over' });
  const standing = allInForce(declared, Math.max(from, now), now)[0]?.facts;
  if (standing)
    notes.push({
      code: 'declared-already',
      severity: 'info',
      from: formatInstant(standing.from),
      ...(standing.to !== undefined && { to: formatInstant(standing.to) }),
      zh: '该机械已申报进入此场所',
      en: 'this machine is declared for the site already',
    });
  if (!site.enabled)
    notes.push({ code: 'disabled', severity: 'info', zh: '该场所门禁已停用', en: 'the gate of the site is disabled' });
  return notes;
}
