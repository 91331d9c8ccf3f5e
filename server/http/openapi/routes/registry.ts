import { COLLECTIONS, type Collection } from '../../../registry/types.ts';
import { REGISTRY_ACCESS } from '../../access.ts';
import { importQuery, registryQueries } from '../../contract/lists.ts';
import { importAnswer, ROW_SCHEMAS, ROWS_SHOWN } from '../../contract/registry.ts';
import { responseBook, responseDraft, responsePreview } from '../../contract/responses.ts';
import { zoneBook, zoneDraft, zonePreview } from '../../contract/zones.ts';
import { ROWS } from '../examples.ts';
import { listOf, may, ok, type Route, type Words } from '../route.ts';

const tag = 'registry';

const NAMES: Record<Collection, Words> = {
  vehicles: ['机动车', 'vehicles'],
  enterprises: ['企业', 'enterprises'],
  devices: ['设备', 'devices'],
  zones: ['区域', 'zones'],
  permits: ['通行证', 'permits'],
  inspections: ['检验与维修', 'inspections and repairs'],
  responses: ['应急响应', 'emergency responses'],
  machinery: ['非道路移动机械', 'non-road machinery'],
  declarations: ['机械进场申报', 'machinery declared for sites'],
  deliveries: ['清洁方式运量', 'deliveries by clean modes'],
};

function ofCollection(name: Collection): Route[] {
  const [zh, en] = NAMES[name];
  return [
    {
      method: 'get', path: `/registry/${name}`, tag, words: [`${zh}登记`, `Registered ${en}`], who: { roles: REGISTRY_ACCESS[name].read },
      note: 'What is in force; `?at=` at another moment, `?history=true` all versions. In order of the natural key.',
      query: registryQueries[name], list: true, answers: ok(listOf(ROWS_SHOWN[name])),
    },
    {
      method: 'put', path: `/registry/${name}`, tag, words: [`导入${zh}`, `Import ${en}`], who: { roles: REGISTRY_ACCESS[name].import },
      note: 'One row a line, any size, streamed: NDJSON, or CSV with the field names as header (a cell of an array or object is its JSON, an empty one absent). Good rows are kept, bad ones named; a repeat changes nothing. Not atomic: what was stored before a break stays, and sending the file again completes it.',
      query: importQuery,
      body: { schema: ROW_SCHEMAS[name], types: ['application/x-ndjson', 'text/csv'], example: ROWS[name] },
      answers: ok(importAnswer, { example: { accepted: 1, unchanged: 0, rejected: 0, errors: [] } }),
    },
  ]; // prettier-ignore
}

/** The registry by collection; responses and zones as people read them, and what a new row of theirs would do. */
export const REGISTRY_ROUTES: Route[] = [
  ...COLLECTIONS.flatMap(ofCollection),
  { method: 'get', path: '/responses', tag, words: ['应急响应一览', 'Emergency responses with their rows, and what is in force where from now on'], who: may('responses:read'), answers: ok(responseBook) },
  {
    method: 'post', path: '/responses/preview', tag, words: ['预览应急响应', 'What a row of responses would do; changes nothing'], who: may('responses:preview'),
    body: { schema: responseDraft, example: { level: 'orange', counties: ['140900'], start: '2021-11-16T00:00:00+08:00' } }, answers: ok(responsePreview),
  },
  { method: 'get', path: '/zones', tag, words: ['区域一览', 'The zones in force, with what is judged of them now'], who: may('zones:read'), answers: ok(zoneBook) },
  {
    method: 'post', path: '/zones/preview', tag, words: ['预览区域', 'What is wrong with an outline, and which devices it would hold; changes nothing'], who: may('zones:preview'),
    body: { schema: zoneDraft, example: { polygon: ROWS.zones.polygon } }, answers: ok(zonePreview),
  },
]; // prettier-ignore
