import { expect } from 'chai';
import { createChain } from '../../../../server/audit/evidence/chain.ts';
import {
  decisionLeaf,
  findingLeaf,
  hashOfBlock,
  hashOfLeaf,
  observationLeaf,
  type Leaf,
} from '../../../../server/audit/evidence/leaves.ts';
import { isConsistent, rootFrom } from '../../../../server/audit/evidence/merkle.ts';
import { hashesIn, nextBlock, peakBlocks } from '../../../../server/audit/evidence/seal.ts';
import { bytesOf } from '../../../../server/intake/restore.ts';
import type { BlockDoc } from '../../../../server/store/evidence-blocks.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../../../server/store/types.ts';
import { startCore, truck, type TestCore } from '../../../support/core.ts';
import { batchesDone, blocksOf, sealerDeps, sealerOf } from '../../../support/evidence.ts';
import { arrival, feed, furnish, passage, reading, sighting, telemetry, type Message } from '../../../support/intake.ts';

const at = (minute: number, second = 0) =>
  `2021-11-15T${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:${String(second).padStart(2, '0')}+08:00`;
const hex = (leaf: Leaf) => hashOfLeaf(leaf).toString('hex');

describe('The chain of evidence', function () {
  this.timeout(60_000);
  let t: TestCore;
  const all = <D extends object>(name: string) => t.store.db.collection<D>(name).find().toArray() as unknown as Promise<D[]>;
  const chain = () => createChain(sealerDeps(t).blocks);
  const historyOf = async (id: string) => (await chain().histories([`finding/${id}`])).get(`finding/${id}`)!;
  /** Leaves of all blocks, as often as they are there. */
  const leavesIn = (blocks: BlockDoc[]) => blocks.flatMap((block) => hashesIn(block.leaves).map((leaf) => leaf.toString('hex')));

  before(async () => {
    t = await startCore({ at: at(59) });
    await furnish(t, [truck('晋H11111', '4'), truck('晋H22222', '6'), truck('晋H33333', '5')]);
  });
  after(() => t.stop());

  const day = (minute: number): Message[] => [
    arrival('晋H11111', at(minute)),
    passage('晋H11111', at(minute, 30)),
    reading('晋H22222', at(minute), 45),
    sighting('晋H33333', at(minute)),
    telemetry('LTESTH33333000000', [{ at: at(minute) }]),
  ];

  /** Every stored message, decision and finding is in the chain once, and a path leads from each to the head. */
  async function everythingIsProved(): Promise<void> {
    const [observations, decisions, findings] = await Promise.all([
      all<ObservationDoc>('observations'),
      all<DecisionDoc>('decisions'),
      all<FindingDoc>('findings'),
    ]);
    const batchOf = new Map(observations.map((o) => [o._id, o.batch]));
    const wanted = [
      ...observations.map((o) => ({ leaf: observationLeaf(o, bytesOf(o)), batch: o.batch })),
      ...decisions.map((d) => ({ leaf: decisionLeaf(d), batch: batchOf.get(d._id)! })),
    ];
    const places = await chain().placesOfBatches(wanted);
    for (const finding of findings) {
      const last = (await historyOf(finding._id)).at(-1);
      expect(last, finding._id).to.include({ status: finding.status });
      const leaf = findingLeaf(finding);
      places.set(hex(leaf), (await chain().placesIn([{ block: last!.block, leaf }])).get(hex(leaf))![0]!);
      wanted.push({ leaf, batch: '' });
    }
    const head = (await chain().head())!;
    const headers = await chain().headers([...new Set([...places.values()].map(({ block }) => block))]);
    for (const { leaf } of wanted) {
      const place = places.get(hex(leaf));
      expect(place, JSON.stringify(leaf)).to.not.equal(undefined);
      const { block, index, path } = place!;
      const header = headers.get(block)!;
      const buffers = (list: string[]) => list.map((text) => Buffer.from(text, 'hex'));
      expect(rootFrom(hashOfLeaf(leaf), index, header.count, buffers(path))!.toString('hex')).to.equal(header.root);
      const way = buffers((await chain().blockPaths([block], [head.size])).get(block)![0]!.path);
      expect(rootFrom(hashOfBlock(header), block - 1, head.size, way)!.toString('hex')).to.equal(head.root);
    }
    const blocks = await blocksOf(t);
    expect(blocks.map((b) => b._id)).to.deep.equal(blocks.map((_, i) => i + 1));
    const leaves = leavesIn(blocks);
    expect(new Set(leaves).size).to.equal(leaves.length);
  }

  it('begins empty, with a head of its own', async () => {
    expect(await chain().head()).to.deep.equal({
      size: 0,
      root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      at: null,
    });
  });

  it('seals messages as their own process hashed them, decisions, findings and the facts they were judged with', async () => {
    await feed(t, day(1));
    await batchesDone(t);
    const batches = await t.store.db
      .collection('batches')
      .find({ state: 'done', messages: { $gt: 0 } })
      .toArray();
    expect(batches.reduce((sum, b) => sum + (b.messages as number), 0)).to.equal(5);
    await sealerOf(t).all();
    await everythingIsProved();
    const named = new Set((await blocksOf(t)).flatMap((b) => (b.items ?? []).map((item) => item.of)));
    expect([...named]).to.include.members([
      'policy/xinzhou-2021',
      'fact/vehicles/晋H11111,yellow#1',
      'fact/enterprises/coking-1#1',
      'fact/devices/gate/g1#1',
    ]);
    expect(await t.store.db.collection('batches').countDocuments({ state: 'done' })).to.equal(0);
  });

  it('grows no block when there is nothing new, and seals no fact twice', async () => {
    const before = (await blocksOf(t)).length;
    await sealerOf(t).all();
    expect(await blocksOf(t)).to.have.length(before);
    await feed(t, [arrival('晋H11111', at(2))]);
    await batchesDone(t);
    await sealerOf(t).all();
    const items = (await blocksOf(t)).flatMap((b) => (b.items ?? []).map((item) => `${item.of} ${item.sha256}`));
    expect(new Set(items).size).to.equal(items.length);
    await everythingIsProved();
  });

  it('reads from the store what no process could say', async () => {
    await feed(t, day(3));
    await batchesDone(t);
    await t.store.db.collection('batches').updateMany({ state: 'done' }, { $unset: { leaves: 1, messages: 1, facts: 1 } });
    await sealerOf(t).all();
    await everythingIsProved();
  });

  it('is written by several processes at once without a gap, without a leaf twice', async () => {
    for (let minute = 4; minute < 10; minute++) await feed(t, day(minute));
    await batchesDone(t);
    const sealers = Array.from({ length: 4 }, () => sealerOf(t));
    await Promise.all(sealers.map((sealer) => sealer.all()));
    await everythingIsProved();
  });

  it('takes no leaf twice where another writes while one looks what is written already', async () => {
    await feed(t, day(12));
    await batchesDone(t);
    const { findings } = t.core.stores;
    let looked = 0;
    const slow = sealerOf(t, {
      findings: {
        ...findings,
        // By now it has asked which messages are in blocks, and was told that none is.
        async toSeal(most) {
          if (looked++ === 0) await sealerOf(t).all();
          return findings.toSeal(most);
        },
      },
    });
    await slow.all();
    expect(looked).to.be.greaterThan(1);
    await everythingIsProved();
  });

  it('goes on after a writer that died between a block and its marks', async () => {
    await feed(t, day(10));
    await batchesDone(t);
    const dead = () => Promise.reject(new Error('killed'));
    const { batches, findings } = t.core.stores;
    const dying = sealerOf(t, { batches: { ...batches, sealed: dead }, findings: { ...findings, sealed: dead } });
    await dying.turn().catch(() => undefined);
    const size = (await chain().head())!.size;
    await sealerOf(t).all();
    expect((await chain().head())!.size).to.equal(size);
    await everythingIsProved();
  });

  it('goes on after a writer that died between two of its blocks', async () => {
    await feed(t, day(11));
    await batchesDone(t);
    const { blocks } = sealerDeps(t);
    const half = sealerOf(t, {
      blocks: {
        ...blocks,
        append: async ([first]) => {
          // The first half of the leaves, as a block of its own, is what was written.
          const leaves = hashesIn(first!.leaves);
          expect(leaves.length).to.be.greaterThan(1);
          const size = first!._id - 1;
          const nodes = new Map(
            (await blocks.byNumbers(peakBlocks(size).map((p) => p.block))).map((b) => [b._id, hashesIn(b.nodes)]),
          );
          const peaks = peakBlocks(size).map((p) => ({ size: p.size, root: nodes.get(p.block)![Math.log2(p.size)]! }));
          const part = leaves.slice(0, leaves.length >> 1).map((hash) => ({ hash, batch: first!.batches![0]! }));
          await blocks.append([nextBlock({ size, peaks }, part, t.clock.now()).block]);
          throw new Error('killed');
        },
      },
    });
    await half.turn().catch(() => undefined);
    await sealerOf(t).all();
    await everythingIsProved();
  });

  it('finds a message that was stored after its batch was sealed', async () => {
    const [old] = await all<ObservationDoc>('observations');
    const { _id: _old, ...rest } = old!;
    await t.core.stores.observations.insert([{ ...rest, _id: `${old!.kind}/${old!.deviceId}/late-one`, id: 'late-one' }]);
    const sealer = sealerOf(t);
    expect(await sealer.lookAgain()).to.equal(1);
    await sealer.all();
    await everythingIsProved();
    expect(await sealer.lookAgain()).to.equal(0);
    expect(await t.store.db.collection('batches').countDocuments({ state: 'kept' })).to.be.greaterThan(0);
  });

  it('holds every state of a finding, in order', async () => {
    const [finding] = await t.core.stores.findings.find({ rule: 'emission-standard', status: 'confirmed' });
    const was = { ...finding! };
    await t.core.stores.findings.replace([{ doc: { ...was, status: 'withdrawn', withdrawnReason: 'a test' }, seen: was }]);
    await sealerOf(t).all();
    const [withdrawn] = await t.core.stores.findings.byIds([was._id]);
    await t.core.stores.findings.replace([{ doc: { ...was, status: 'confirmed' }, seen: withdrawn! }]);
    await sealerOf(t).all();
    const states = await historyOf(was._id);
    expect(states.map((s) => s.status)).to.deep.equal(['confirmed', 'withdrawn', 'confirmed']);
    // The same state after another one is the same content, sealed once more.
    expect(states[2]!.sha256).to.equal(states[0]!.sha256);
  });

  it('shows that what was published earlier is the beginning of what it is now', async () => {
    const now = (await chain().head())!;
    for (let size = 1; size <= now.size; size++) {
      const then = (await chain().head(size))!;
      const path = (await chain().consistency(size, now.size)).map((text) => Buffer.from(text, 'hex'));
      expect(isConsistent(size, Buffer.from(then.root, 'hex'), now.size, Buffer.from(now.root, 'hex'), path)).to.equal(true);
    }
    expect(await chain().head(now.size + 1)).to.equal(null);
    const blocks = await blocksOf(t);
    for (const block of blocks) expect(block.previous).to.equal((await chain().head(block._id - 1))!.root);
  });

  it('does not know what was changed in the store', async () => {
    const [doc] = (await all<ObservationDoc>('observations')).filter((o) => o.kind === 'remote-sensing');
    const bytes = Buffer.from(bytesOf(doc!));
    bytes[bytes.indexOf('45')]! += 1;
    const places = await chain().placesOfBatches([{ leaf: observationLeaf(doc!, bytes), batch: doc!.batch }]);
    expect(places.size).to.equal(0);
  });
});
