import { Router, type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { PLATE_COLORS } from '../../../devices/contract/messages.ts';
import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import { normalisePlate } from '../../recognition/normalise.ts';
import type { Registry, RegistryAsked } from '../../registry/index.ts';
import type { RowFormat } from '../../registry/rows.ts';
import { COLLECTIONS, type Collection } from '../../registry/types.ts';
import type { Identity } from '../../users/identity.ts';
import { actorOf, demand, may, REGISTRY_ACCESS } from '../access.ts';
import { registryColumns } from '../columns.ts';
import { importQuery, registryQueries, type smallListQuery } from '../contract/lists.ts';
import { sendExport } from '../export.ts';
import { languageOf, read } from '../problems.ts';

/** Collections of which an enterprise reads its own rows only. */
const OWN = new Set<Collection>([
  'enterprises',
  'devices',
  'vehicles',
  'permits',
  'inspections',
  'machinery',
  'declarations',
  'deliveries',
]);

/** `PUT /registry/<collection>` imports a file, `GET` lists what is in force. */
export function registryRouter({ registry, identity }: { registry: Registry; identity: Pick<Identity, 'audit'> }): Router {
  const router = Router();

  for (const collection of COLLECTIONS) {
    router.put(`/registry/${collection}`, put(collection));
    router.get(`/registry/${collection}`, get(collection));
  }

  function put(collection: Collection): RequestHandler {
    return async (req, res) => {
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
    };
  }

  function get(collection: Collection): RequestHandler {
    return async (req, res) => {
      const actor = actorOf(req);
      demand(actor, REGISTRY_ACCESS[collection].read);
      const {
        format,
        header = 'field',
        limit = 100,
        cursor,
        ...asked
      } = read(registryQueries[collection], req.query, req) as Asked & z.infer<typeof smallListQuery>;
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
    };
  }

  return router;
}

/** @throws AppError 415 `unsupported-type` */
function formatOf(req: Request): RowFormat {
  const [type = '', ...parameters] = (req.get('Content-Type') ?? '').toLowerCase().split(';').map((part) => part.trim()); // prettier-ignore
  const encoding = req.get('Content-Encoding');
  const charset = parameters.find((part) => part.startsWith('charset='))?.replace(/^charset="?([^"]*)"?$/, '$1');
  if ((encoding === undefined || encoding === 'identity') && ['utf-8', 'utf8', undefined].includes(charset)) {
    if (type === 'application/x-ndjson') return 'ndjson';
    if (type === 'text/csv') return 'csv';
  }
  throw new AppError(415, 'unsupported-type', {
    zh: '请以 application/x-ndjson 或 text/csv 发送，UTF-8 编码，不压缩',
    en: 'send application/x-ndjson or text/csv in UTF-8, not compressed',
  });
}

/** What any of the collections may be asked. */
type Asked = Partial<
  Omit<
    z.infer<(typeof registryQueries)['vehicles' | 'devices' | 'inspections' | 'declarations' | 'permits']> &
      Record<'id' | 'device' | 'kind' | 'plate' | 'vin' | 'site' | 'listed', string | undefined>,
    'format' | 'header' | 'limit' | 'cursor'
  >
>;

function queryOf(
  collection: Collection,
  { at, history, order, id, device, kind, plate, vin, search, site, from, to, listed }: Asked,
  actor: Actor,
): RegistryAsked {
  const [number = '', color] = plate?.split(',') ?? [];
  const normal = normalisePlate(number);
  const byPlate = collection === 'vehicles' && plate !== undefined;
  const key = id ?? device ?? (byPlate && color !== undefined ? `${normal},${color}` : undefined);
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
    kind !== undefined ? `${kind}/` : byPlate && color === undefined ? `${normal},` : begins === '' ? undefined : begins;
  return {
    ...(at !== undefined && { at }),
    ...(history === 'true' && { history: true }),
    ...(order && { order }),
    ...(key !== undefined && { key }),
    ...(keyPrefix !== undefined && { keyPrefix }),
    ...(vin !== undefined && { vin }),
    ...(collection === 'permits' && plate !== undefined && { plates: platesOf(normal, color) }),
    ...(search !== undefined && begins === undefined && { search }),
    ...(site !== undefined && { site }),
    ...((from !== undefined || to !== undefined) && { within: { from: from ?? -Infinity, to: to ?? Infinity } }),
    ...(listed !== undefined && { phaseOut: true }),
    // An enterprise sees what is its own (entry, devices, fleet, the fleet's permits and inspections, deliveries, machinery at its sites);
    // zones and responses are public orders.
    ...(actor.role === 'enterprise' && OWN.has(collection) && { enterprise: actor.enterpriseId ?? '' }),
  };
}

/** `number,colour`, of every colour where none is named. */
function platesOf(number: string, color: string | undefined): string[] {
  return (color === undefined ? PLATE_COLORS : [color]).map((one) => `${number},${one}`);
}
