import { expect } from 'chai';
import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  type BulkWriteResult,
} from 'mongodb';
import { isStoreAway } from '../../../server/intake/store-away.ts';

const none = { getWriteConcernError: () => undefined } as unknown as BulkWriteResult;
const unmet = { getWriteConcernError: () => ({ code: 64 }) } as unknown as BulkWriteResult;
const writeErrors = [{ code: 121, index: 0 }];

const cases: [what: string, error: unknown, away: boolean][] = [
  ['a broken connection', new MongoNetworkError('closed'), true],
  ['no server to be found', new MongoServerSelectionError('refused', {} as never), true],
  ['a time limit of the driver', new MongoOperationTimeoutError('late'), true],
  ['a pool cleared by another’s broken connection', { name: 'PoolClearedOnNetworkError' }, true],
  ['a broken connection within a bulk write', new MongoBulkWriteError(new MongoNetworkError('closed'), none), true],
  ['a bulk write whose concern was not met', new MongoBulkWriteError({ message: 'w', code: 64, writeErrors: [] }, unmet), true],
  ['a server that is no primary', new MongoServerError({ message: 'not primary', code: 10107 }), true],
  ['a server that shuts down', new MongoServerError({ message: 'shutdown', code: 91 }), true],
  [
    'a socket that broke while it was written to',
    Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' }),
    true,
  ],
  ['a document the store refuses', new MongoBulkWriteError({ message: 'bad', code: 121, writeErrors } as never, none), false],
  ['a command the store refuses', new MongoServerError({ message: 'bad', code: 2 }), false],
  ['a bulk command the store refuses', new MongoBulkWriteError(new MongoServerError({ message: 'bad', code: 2 }), none), false],
  ['a mistake of our own', new TypeError('undefined is not a function'), false],
  ['nothing', undefined, false],
];

describe('whether the store is away', () => {
  for (const [what, error, away] of cases)
    it(`${away ? 'waits for' : 'does not blame the store for'} ${what}`, () => expect(isStoreAway(error)).to.equal(away));
});
