import { REGISTRY_ACCESS } from '../../access.ts';
import { controlNotice, controlQuery, declarationCheck, declarationChecked } from '../../contract/control.ts';
import { photoCountQuery, photoCounts, photoQuery, photoRow } from '../../contract/photos.ts';
import { reviewQuery, reviews } from '../../contract/reviews.ts';
import { AS_OF, listOf, may, ok, type Route } from '../route.ts';

const tag = 'records';

/** What the people of an enterprise work with. */
export const ENTERPRISE_ROUTES: Route[] = [
  { method: 'get', path: '/control', tag, words: ['企业当前管控', 'What an enterprise’s gates and sites must heed now, and what is to come'], who: may('control:read'), query: controlQuery, answers: ok(controlNotice), problems: { 404: ['unknown-enterprise'] } },
  { method: 'get', path: '/reviews', tag, words: ['等待复核的车辆', 'Arrivals of the last day that gates were told to review, and what came of them'], who: may('reviews:read'), query: reviewQuery, answers: ok(reviews) },
  { method: 'get', path: '/photos', tag, words: ['缺照片的通行记录', 'Passages whose required pictures are not all there, by what can be done'], who: may('photos:read'), query: photoQuery, list: true, answers: ok(listOf(photoRow), { headers: AS_OF }) },
  { method: 'get', path: '/photos/counts', tag, words: ['缺照片记录数', 'How many of these there are in the last 31 days'], who: may('photos:read'), query: photoCountQuery, answers: ok(photoCounts) },
  {
    method: 'post', path: '/declarations/check', tag: 'registry', words: ['机械申报试判', 'What a machinery gate would answer once a machine is declared'], who: { roles: REGISTRY_ACCESS.declarations.import },
    note: 'Changes nothing: a declaration is sent by `PUT /registry/declarations`.',
    body: { schema: declarationCheck, example: { rows: [{ siteId: 'E1-M1', registrationCode: '晋H-X00001', from: '2021-11-15', to: '2021-11-30' }] } },
    answers: ok(declarationChecked),
  },
]; // prettier-ignore
