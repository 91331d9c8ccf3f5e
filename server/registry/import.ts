import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DAY, parseRegistryTime } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import { ROW_SCHEMAS, type ImportAnswer, type RegistryInput, type RegistryRows } from '../http/contract/registry.ts';
import type { Revisions } from '../store/revisions.ts';
import type { RegistryStore } from '../store/registry.ts';
import { DEFINITIONS, periodOf } from './definitions.ts';
import { foreignRows } from './own.ts';
import { planRow, type Mark } from './plan.ts';
import { correctedVins, soldVehicles, type SoldVehicle } from './recorded.ts';
import { readRows } from './rows.ts';
import type { GoodRow, ImportOptions } from './import-types.ts';
import { createSecretPlan } from './secret-plan.ts';
import { schemaMessage, rowError, type RowProblem } from './row-errors.ts';
import type { Collection, VersionDoc } from './types.ts';
import { groupBy } from './lookup.ts';

/** Rows judged together: one chunk costs a fixed small number of round trips. */
const CHUNK = 1000;
/** Rows that may be an old file sent again wait for the rest of it, at most so many. */
const MAX_HELD = 20_000;
const MAX_ERRORS = 1000;
/** Times a row gives way to another writer of the same key before the import fails. */
const MAX_TRIES = 50;
/** For so long after a version was recorded its repeat tells everybody of it again: who stored it may have died before it could. */
const TOLD_AGAIN_MS = DAY;

export interface ImportDeps {
  store: RegistryStore;
  revisions: Revisions;
  clock: Clock;
  /**
   * Inspections that stand in the store now, new ones and repeats of what a broken import may have stored: their vehicles are to be
   * judged again. Called before the import is answered; it must have made that due for good when it returns.
   */
  inspectionsRecorded(rows: { vin: string; at: number }[]): Promise<void>;
  /**
   * Vehicles that stand in the store now and say when they were certified or sold, new ones and repeats; and the VINs of which a row was
   * corrected. Called as `inspectionsRecorded` is, and only where there are such.
   */
  vehiclesRecorded?(sold: SoldVehicle[], corrected: string[]): Promise<void>;
  /**
   * Deliveries that stand in the store now, by their ids, new ones and repeats: their accounts are due. Called as `inspectionsRecorded` is.
   */
  deliveriesRecorded?(ids: string[]): Promise<void>;
  /** Told after every chunk that changed something, or repeats what was stored lately and may never have been told. */
  changed(collection: Collection, keys: string[]): void;
}

/**
 * Imports a file of rows as immutable versions: good rows are kept, bad ones named. A repeat changes nothing, also of a file in which a
 * key comes twice. Memory does not depend on the file's length.
 * @throws what the body or the store throws; what was stored till then stays, and sending the file again completes it: what was stored and
 * not told to the processes is told then
 */
export async function importRows<C extends Collection>(
  deps: ImportDeps,
  name: C,
  body: Readable,
  options: ImportOptions,
): Promise<ImportAnswer> {
  const answer: ImportAnswer = { accepted: 0, unchanged: 0, rejected: 0, errors: [] };
  const made: NonNullable<ImportAnswer['secrets']> = [];
  const held = new Map<string, GoodRow<C>>();
  let chunk: GoodRow<C>[] = [];

  const refuse = (row: number, problem: RowProblem) => {
    answer.rejected++;
    if (answer.errors.length < MAX_ERRORS) answer.errors.push({ row, ...problem });
  };

  for await (const record of readRows(body, options.format, name)) {
    const checked =
      'error' in record
        ? rowError(record.error, options.language)
        : check(name, record.row, record.value, options, deps.clock.now());
    if ('code' in checked) refuse(record.row, checked);
    else if (chunk.push(checked) >= CHUNK) {
      await store(chunk, false);
      chunk = [];
    }
  }
  await store(chunk, false);
  await storeHeld();
  return made.length > 0 ? { ...answer, secrets: made } : answer;

  async function storeHeld() {
    const rows = [...held.values()];
    held.clear();
    for (let i = 0; i < rows.length; i += CHUNK) await store(rows.slice(i, i + CHUNK), true);
  }

  /** @param decided whether a row that says what was said before is a change back (the file is at its end) */
  async function store(rows: GoodRow<C>[], decided: boolean) {
    if (rows.length === 0) return;
    rows = await ownOf(rows);
    const secrets =
      name === 'devices'
        ? await createSecretPlan(deps.store, rows as GoodRow<'devices'>[], options, deps.clock, TOLD_AGAIN_MS)
        : undefined;
    if (secrets && !options.dryRun) await deps.store.setSecrets(secrets.changes);
    for (const secret of secrets?.made ?? []) made.push(secret);
    /** The keys to tell of: those that changed, and those that may have changed in an import that died before it told. */
    const toldKeys = new Set<string>(secrets?.lately);

    const corrected = new Set<string>();
    let left = rows;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === MAX_TRIES) throw new Error('too many writers on the same keys of the registry');
      const versions = await known(left);
      // Asked after the versions were read: whoever was first with a key may be another enterprise.
      left = await ownOf(left);
      const { docs, sources } = plan(left, versions, decided, secrets?.rows, toldKeys);
      if (name === 'vehicles') for (const vin of correctedVins(versions.values())) corrected.add(vin);
      const taken = options.dryRun ? new Set<number>() : await deps.store.insert(name, docs);
      answer.accepted += docs.length - taken.size;
      docs.forEach((doc, i) => taken.has(i) || toldKeys.add(doc.key));
      left = sources.filter((_, i) => taken.has(i));
    }
    if (options.dryRun) return;
    if (toldKeys.size > 0) await deps.revisions.bump(name);
    if (name === 'inspections') {
      const inspections = rows as GoodRow<'inspections'>[];
      await deps.inspectionsRecorded(
        inspections.map((r) => ({ vin: r.content.vin, at: parseRegistryTime(r.content.at, 'start') })),
      );
    }
    if (name === 'vehicles' && deps.vehiclesRecorded) {
      const sold = soldVehicles(rows as GoodRow<'vehicles'>[], deps.clock.now());
      if (sold.length > 0 || corrected.size > 0) await deps.vehiclesRecorded(sold, [...corrected]);
    }
    if (name === 'deliveries') await deps.deliveriesRecorded?.([...new Set(rows.map((r) => r.key))]);
    if (toldKeys.size > 0) deps.changed(name, [...toldKeys]);
    if (held.size > MAX_HELD) await storeHeld();
  }

  /** Without the rows that are not the importer's to write: these are refused. */
  async function ownOf(rows: GoodRow<C>[]): Promise<GoodRow<C>[]> {
    if (options.enterprise === undefined || rows.length === 0) return rows;
    const foreign = await foreignRows(deps.store, name, rows, options.enterprise, deps.clock.now());
    for (const { row } of foreign) refuse(row, rowError('not-own', options.language));
    return rows.filter((row) => !foreign.has(row));
  }

  async function known(rows: GoodRow<C>[]): Promise<Map<string, Mark[]>> {
    return groupBy(await deps.store.known(name, [...new Set(rows.map((r) => r.key))]), (v) => v.key);
  }

  /** @param toldKeys gets the keys of repeats that were recorded lately, or whose own recording time hides when they were stored */
  function plan(
    rows: GoodRow<C>[],
    versions: Map<string, Mark[]>,
    decided: boolean,
    secretRows: Set<number> | undefined,
    toldKeys: Set<string>,
  ) {
    const now = deps.clock.now();
    const docs: VersionDoc<C>[] = [];
    const sources: GoodRow<C>[] = [];
    for (const row of rows) {
      const ofKey = versions.get(row.key) ?? [];
      const recordedAt = row.recordedAt ?? now;
      const planned = planRow(ofKey, {
        ...(row.validFrom !== undefined && { validFrom: row.validFrom }),
        recordedAt,
        dated: row.recordedAt !== undefined,
        digest: row.digest,
      });
      const slot = `${row.key}\n${row.validFrom ?? ''}`;
      // A later row of the same key and beginning in this file: what was held is no change back, only the file sent again.
      if (held.delete(slot)) answer.unchanged++;
      if (planned.kind === 'unchanged') {
        if (row.recordedAt !== undefined || ofKey.some((v) => v.recordedAt > now - TOLD_AGAIN_MS)) toldKeys.add(row.key);
        if (secretRows?.has(row.row)) answer.accepted++;
        else answer.unchanged++;
        continue;
      }
      if (planned.reverts && !decided) {
        held.set(slot, row);
        continue;
      }
      const seq = ofKey.reduce((max, v) => Math.max(max, v.seq), 0) + 1;
      const doc: VersionDoc<C> = {
        _id: `${row.key}#${seq}`,
        key: row.key,
        validFrom: planned.validFrom,
        ...(row.validTo !== undefined && { validTo: row.validTo }),
        recordedAt,
        seq,
        digest: row.digest,
        row: row.content,
        ...DEFINITIONS[name].found?.(row.input),
      };
      docs.push(doc);
      sources.push(row);
      versions.set(row.key, [...ofKey, doc]);
    }
    return { docs, sources };
  }
}

/** A record as a row, or why it is none. */
function check<C extends Collection>(
  name: C,
  row: number,
  value: unknown,
  options: ImportOptions,
  now: number,
): GoodRow<C> | RowProblem {
  const parsed = ROW_SCHEMAS[name].safeParse(value);
  if (!parsed.success) return schemaMessage(name, value, options.language);
  const definition = DEFINITIONS[name];
  const given = parsed.data as RegistryInput[C];
  const input = definition.prepare?.(given) ?? given;
  if ('plateNumber' in input && input.plateNumber === '') return rowError('no-plate', options.language);
  if (input.recordedAt !== undefined && !options.may.recordedAt) return rowError('recorded-at', options.language);
  if ('secret' in input && input.secret !== undefined && !options.may.secrets) return rowError('secret', options.language);
  const recordedAt = input.recordedAt === undefined ? undefined : parseRegistryTime(input.recordedAt, 'start');
  if (recordedAt !== undefined && recordedAt > now) return rowError('recorded-ahead', options.language);
  const period = periodOf(name, input);
  if ('wrong' in period) return rowError(period.wrong === 'validTo' ? 'ends-first' : 'two-beginnings', options.language);

  const { validFrom: _from, recordedAt: _recorded, secret: _secret, ...content } = input as RegistryInput['devices'];
  return {
    row,
    input,
    content: content as unknown as RegistryRows[C],
    key: definition.key(input),
    // Fields stand in the schema's order, whatever theirs was in the file.
    digest: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    ...period,
    ...(recordedAt !== undefined && { recordedAt }),
  };
}
