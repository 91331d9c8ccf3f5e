import { Router, type Request } from 'express';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import { normalisePlate } from '../../recognition/normalise.ts';
import type { Registry, RegistryAsked } from '../../registry/index.ts';
import type { RowFormat } from '../../registry/rows.ts';
import { isCollection, type Collection } from '../../registry/types.ts';
import type { Identity } from '../../users/identity.ts';
import { actorOf, demand, may, REGISTRY_ACCESS } from '../access.ts';
import { registryColumns } from '../columns.ts';
import { importQuery, registryQuery } from '../contract/lists.ts';
import { sendExport } from '../export.ts';
import { languageOf, read } from '../problems.ts';

/** Collections of which an enterprise reads its own rows only. */
const OWN = new Set<Collection>(['enterprises', 'devices', 'vehicles', 'permits', 'machinery', 'declarations', 'deliveries']);

/** `PUT /registry/<collection>` imports a file, `GET` lists what is in force. */
export function registryRouter({ registry, identity }: { registry: Registry; identity: Pick<Identity, 'audit'> }): Router {
  const router = Router();

  router.put('/registry/:collection', async (req, res) => {
    const collection = collectionOf(req);
    const actor = actorOf(req);
    demand(actor, REGISTRY_ACCESS[collection].import);
    const dryRun = read(importQuery, req.query, req).dryRun === 'true';
    const administers = may(actor, 'registry:administer');
    const answer = await registry.import(collection, req, {
      format: formatOf(req),
      language: languageOf(req),
      dryRun,
      may: { recordedAt: administers, secrets: administers },
      ...(actor.role === 'enterprise' && { enterprise: actor.enterpriseId ?? '' }),
    });
    const { accepted, unchanged, rejected } = answer;
    if (!dryRun) await identity.audit(actor, 'registry-import', collection, { accepted, unchanged, rejected });
    if (answer.secrets) res.set('Cache-Control', 'no-store');
    res.json(answer);
  });

  router.get('/registry/:collection', async (req, res) => {
    const collection = collectionOf(req);
    const actor = actorOf(req);
    demand(actor, REGISTRY_ACCESS[collection].read);
    const { format, header = 'field', limit = 100, cursor, ...asked } = read(registryQuery, req.query, req);
    const query = queryOf(collection, asked, actor);
    if (format) {
      const { asOf, items } = registry.all(collection, query);
      res.set('X-As-Of', formatInstant(asOf));
      await sendExport(res, items, {
        format,
        header,
        columns: registryColumns(collection),
        name: collection,
      });
      return;
    }
    const page = await registry.page(collection, { ...query, limit, ...(cursor !== undefined && { cursor }) });
    res.set('X-As-Of', formatInstant(page.asOf)).json({ items: page.items, next: page.next });
  });

  return router;
}

function collectionOf(req: Request): Collection {
  const name = String(req.params.collection);
  if (isCollection(name)) return name;
  throw new AppError(404, 'unknown-collection', { zh: '没有这个登记集合', en: 'the registry has no such collection' });
}

/** @throws AppError 415 `unsupported-type` */
function formatOf(req: Request): RowFormat {
  const type = req.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  const encoding = req.get('Content-Encoding');
  if (encoding === undefined || encoding === 'identity') {
    if (type === 'application/x-ndjson') return 'ndjson';
    if (type === 'text/csv') return 'csv';
  }
  throw new AppError(415, 'unsupported-type', {
    zh: '请以 application/x-ndjson 或 text/csv 发送，不压缩',
    en: 'send application/x-ndjson or text/csv, not compressed',
  });
}

type Asked = Omit<ReturnType<typeof registryQuery.parse>, 'format' | 'header' | 'limit' | 'cursor'>;

function queryOf(
  collection: Collection,
  { at, history, order, id, device, kind, plate, vin, search, site, from, to, listed }: Asked,
  actor: Actor,
): RegistryAsked {
  const [number = '', color] = plate?.split(',') ?? [];
  const normal = normalisePlate(number);
  const key = id ?? device ?? (plate !== undefined && color !== undefined ? `${normal},${color}` : undefined);
  // Vehicles and inspections are many: there a search is the beginning of a key, which an index finds.
  const begins =
    search === undefined
      ? undefined
      : collection === 'vehicles'
        ? normalisePlate(search)
        : collection === 'inspections'
          ? search
          : undefined;
  const keyPrefix =
    kind !== undefined
      ? `${kind}/`
      : plate !== undefined && color === undefined
        ? `${normal},`
        : begins === ''
          ? undefined
          : begins;
  return {
    ...(at !== undefined && { at }),
    ...(history === 'true' && { history: true }),
    ...(order && { order }),
    ...(key !== undefined && { key }),
    ...(keyPrefix !== undefined && { keyPrefix }),
    ...(vin !== undefined && { vin }),
    ...(search !== undefined && begins === undefined && { search }),
    ...(collection === 'declarations' && {
      ...(site !== undefined && { site }),
      ...((from !== undefined || to !== undefined) && { within: { from: from ?? -Infinity, to: to ?? Infinity } }),
    }),
    ...(listed !== undefined && collection === 'vehicles' && { phaseOut: true }),
    // An enterprise sees what is its own (entry, devices, fleet, the fleet's permits, deliveries, machinery at its sites); zones and responses are public orders.
    ...(actor.role === 'enterprise' && OWN.has(collection) && { enterprise: actor.enterpriseId ?? '' }),
  };
}
