import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Actor } from '../../../../server/alerts/types.ts';
import type { ChainHead } from '../../../../server/audit/evidence/chain.ts';
import type { Manifest } from '../../../../server/audit/evidence/format.ts';
import type { EvidenceReport } from '../../../../server/http/contract/evidence.ts';
import type { DecisionDoc, FindingDoc } from '../../../../server/store/types.ts';
import { startCore, truck, type TestCore } from '../../../support/core.ts';
import { batchesDone, forged, sealerOf, unzipped } from '../../../support/evidence.ts';
import { evidenceHttp, type EvidenceHttp } from '../../../support/evidence-http.ts';
import { arrival, feed, furnish, reading, refOf, telemetry, type Message } from '../../../support/intake.ts';
import { picture, type TestPicture } from '../../../support/pictures.ts';

const run = promisify(execFile);
const at = (time: string) => `2021-11-15T${time}+08:00`;
const person = (username: string, role: Actor['role'], more: Partial<Actor> = {}): Actor => ({
  username,
  name: username,
  role,
  ...more,
});
const POLICE = person('police', 'police');
const ELSEWHERE = person('elsewhere', 'police', { counties: ['140981'] });
const COKING = person('coking', 'enterprise', { enterpriseId: 'coking-1' });
const FAR = person('far', 'enterprise', { enterpriseId: 'far-1' });
const MARKET = person('market', 'market');
const AUDITOR = person('auditor', 'auditor');

const results = (report: EvidenceReport) => Object.fromEntries(report.checks.map(({ check, result }) => [check, result]));
const codesOf = (report: EvidenceReport) => Object.fromEntries(report.checks.map(({ check, code }) => [check, code]));

describe('Packages of evidence over HTTP', function () {
  this.timeout(60_000);
  let t: TestCore;
  let web: EvidenceHttp;
  let brought: TestPicture;
  let lost: TestPicture;
  let came: Message;
  let finding: FindingDoc;
  let decision: DecisionDoc;
  const findingPath = (id: string) => `/evidence/finding/${encodeURIComponent(id)}`;
  const oneOf = async (filter: object) => (await t.core.stores.findings.find(filter))[0]!;
  const manifestOf = async (zip: Buffer) => JSON.parse((await unzipped(zip)).get('manifest.json')!.toString()) as Manifest;

  async function seal(): Promise<void> {
    await batchesDone(t);
    await sealerOf(t).all();
  }

  before(async () => {
    t = await startCore({ at: at('09:00:00'), judgeAfterMs: 0 });
    const vin = 'LTESTURE1000000000';
    await furnish(t, [truck('晋H11111', '4'), truck('晋H22222', '5'), truck('晋H33333', '5', { vin, scr: true })]);
    web = await evidenceHttp(t);
    [brought, lost] = await Promise.all([picture(1), picture(2)]);
    const images = [brought, lost].map(({ sha256 }) => ({ role: 'vehicle', sha256, contentType: 'image/jpeg' }));
    came = arrival('晋H11111', at('08:00:00'), { images });
    await feed(t, [
      came,
      // Two gates far apart within a minute.
      arrival('晋H22222', at('08:10:00'), { images: [] }, 'g1'),
      arrival('晋H22222', at('08:11:00'), {}, 'g9'),
      reading('晋H22222', at('08:30:00'), 45),
      ...[0, 10, 20, 30, 40].map((minute) =>
        telemetry(
          vin,
          Array.from({ length: 60 }, (_, i) => ({
            at: new Date(Date.parse(at('07:00:00')) + (minute * 60 + i * 10) * 1000).toISOString(),
            speed: 60,
            reagent: 1,
          })),
        ),
      ),
    ]);
    await web.bring('gate/g1', brought);
    await t.core.sweeps.now();
    finding = await oneOf({ rule: 'emission-standard', observations: refOf(came) });
    decision = (await t.core.stores.decisions.byIds([refOf(came)]))[0]!;
  });
  after(async () => {
    await web.close();
    await t.stop();
  });

  it('gives out what is not sealed yet, and says so', async () => {
    const zip = await web.take(findingPath(finding._id), POLICE);
    const report = await web.verify(zip, POLICE);
    expect(results(report)).to.include({
      files: 'ok',
      content: 'ok',
      chain: 'waiting',
      issued: 'ok',
      records: 'ok',
      again: 'ok',
    });
    expect(report.heads).to.have.length(1);
    expect(report.heads[0]!.size).to.equal(0);
    await seal();
    expect(codesOf(await web.verify(zip, POLICE))['platform-chain']).to.equal('sealed-since');
  });

  it('a finding comes with its message as received, decision, facts, whole policy, pictures and proof', async () => {
    const answer = await web.get(findingPath(finding._id), POLICE);
    expect(answer.headers.get('content-type')).to.equal('application/zip');
    expect(answer.headers.get('content-disposition')).to.match(
      /^attachment; filename="?evidence-below-stage-[0-9a-f]{10}\.zip"?$/,
    );
    const zip = Buffer.from(await answer.arrayBuffer());
    const files = await unzipped(zip);
    const manifest = await manifestOf(zip);
    const stored = (await t.core.stores.observations.byIds([refOf(came)]))[0]!;
    expect(files.get('observations/0001.json')).to.deep.equal(Buffer.from(JSON.stringify(came.body)));
    expect(files.get('observations/0001.json')).to.deep.equal(Buffer.from(stored.raw.buffer.subarray(0, stored.raw.position)));
    expect(files.get(`images/${brought.sha256}.jpg`)).to.deep.equal(brought.bytes);
    expect(manifest.absent).to.deep.equal([{ what: 'image', name: lost.sha256, reason: 'not-uploaded', of: refOf(came) }]);
    expect(JSON.parse(files.get('decisions/0001.json')!.toString())).to.include({ observation: refOf(came), ref: decision.ref });
    const policy = JSON.parse(files.get('policies/0001.json')!.toString()) as { basis: object; rules: object };
    expect(policy).to.have.property('version', finding.policyVersion);
    expect(Object.keys(policy.basis)).not.to.have.length(0);
    const facts = manifest.files.flatMap((entry) => (entry.what === 'fact' ? [entry.fact] : []));
    expect(facts).to.have.members(['devices/gate/g1#1', 'vehicles/晋H11111,yellow#1', 'enterprises/coking-1#1']);
    const row = [...files].find(([name, text]) => name.startsWith('facts/') && text.includes('"collection": "vehicles"'))![1];
    expect(JSON.parse(row.toString())).to.nested.include({ 'row.stage': '4', version: '晋H11111,yellow#1' });
    expect(row.toString()).not.to.contain('secret');
    const report = await web.verify(zip, POLICE);
    expect(results(report)).to.deep.equal({
      ...{ files: 'ok', content: 'ok', chain: 'ok', head: 'unknown', pages: 'ok', whole: 'absent' },
      ...{ issued: 'ok', 'platform-chain': 'ok', records: 'ok', again: 'ok' },
    });
  });

  it('stands in the audit log, with the name of the package', async () => {
    const zip = await web.take(`/evidence/decision/${decision.ref}`, AUDITOR);
    const { manifest } = await web.verify(zip, AUDITOR);
    const entry = await t.store.db.collection('audit_log').findOne({ action: 'evidence-taken', by: 'auditor' });
    expect(entry).to.deep.include({ target: decision.ref, action: 'evidence-taken' });
    expect(entry!.detail).to.deep.include({ manifest });
  });

  it('a decision comes with the findings it was folded from', async () => {
    const zip = await web.take(`/evidence/decision/${decision.ref}`, COKING);
    const manifest = await manifestOf(zip);
    expect(manifest.of).to.deep.equal({ decision: decision.ref });
    const found = manifest.files.flatMap((entry) => (entry.what === 'finding' ? [entry.id] : []));
    expect(found).to.have.members(decision.findings);
    expect(results(await web.verify(zip, COKING))).to.include({ chain: 'ok', records: 'ok', again: 'ok', issued: 'ok' });
    expect(await web.code('/evidence/decision/nothing', POLICE)).to.equal('404 unknown-decision');
  });

  it('gives everyone what lies in their scope, and names what lies beyond', async () => {
    expect(await web.code(findingPath(finding._id), ELSEWHERE)).to.equal('404 unknown-finding');
    expect(await web.code(findingPath(finding._id), FAR)).to.equal('404 unknown-finding');
    expect(await web.code(findingPath(finding._id), MARKET)).to.equal('404 unknown-finding');
    expect(await web.code(`/evidence/decision/${decision.ref}`, FAR)).to.equal('404 unknown-decision');
    expect(await web.code(findingPath(finding._id), person('admin', 'administrator'))).to.equal('403 forbidden');
    expect(await web.code('/evidence/head', person('screen', 'display'))).to.equal('403 forbidden');
    const cloned = await oneOf({ rule: 'cloned-plate', code: 'impossible-travel' });
    const [owner, gate] = cloned.enterprise === 'coking-1' ? [COKING, 'gate/g1/'] : [FAR, 'gate/g9/'];
    const here = cloned.observations.find((ref) => ref.startsWith(gate))!;
    const there = cloned.observations.find((ref) => !ref.startsWith(gate))!;
    const part = await manifestOf(await web.take(findingPath(cloned._id), owner));
    expect(part.files.flatMap((entry) => (entry.what === 'observation' ? [entry.observation] : []))).to.deep.equal([here]);
    expect(part.absent).to.deep.include({ what: 'observation', name: there, reason: 'out-of-scope' });
    const zip = await web.take(findingPath(cloned._id), owner);
    expect(results(await web.verify(zip, owner))).to.include({ content: 'ok', chain: 'ok', whole: 'absent', again: 'ok' });
    const whole = await manifestOf(await web.take(findingPath(cloned._id), POLICE));
    expect(whole.absent).to.deep.equal([]);
  });

  it('a finding on a stretch of telemetry comes with the messages of the stretch', async () => {
    const urea = await oneOf({ rule: 'urea-use', code: 'reagent-empty' });
    const zip = await web.take(findingPath(urea._id), AUDITOR);
    const manifest = await manifestOf(zip);
    expect(manifest.files.filter((entry) => entry.what === 'observation')).to.have.length(5);
    expect(manifest.leftOut).to.equal(0);
    expect(results(await web.verify(zip, AUDITOR))).to.include({ content: 'ok', chain: 'ok', again: 'ok' });
    // Telemetry lies in no county.
    const ofCounty = person('county', 'police', { counties: ['140902'] });
    expect(await web.code(findingPath(urea._id), ofCounty)).to.equal('404 unknown-finding');
  });

  it('a finding of a wrong colour comes with the registration under the other colour', async () => {
    const blue = arrival('晋H11111', at('08:40:00'), { plate: { number: '晋H11111', color: 'blue' } });
    await feed(t, [blue]);
    await seal();
    const differs = await oneOf({ code: 'color-differs', observations: refOf(blue) });
    expect(differs.facts.others).to.deep.equal(['晋H11111,yellow#1']);
    const zip = await web.take(findingPath(differs._id), POLICE);
    const { files, absent } = await manifestOf(zip);
    expect(absent).to.deep.equal([]);
    expect(files.flatMap((entry) => (entry.what === 'fact' ? [entry.fact] : []))).to.include('vehicles/晋H11111,yellow#1');
    expect(results(await web.verify(zip, POLICE))).to.include({ content: 'ok', chain: 'ok', again: 'ok', issued: 'ok' });
  });

  it('a changed package is not of this platform, whoever made its manifest agree', async () => {
    const zip = await forged(await web.take(findingPath(finding._id), POLICE), (files) => {
      const text = files.get('finding.json')!.toString();
      expect(text).to.contain('"proposal": "refuse"');
      files.set('finding.json', Buffer.from(text.replace('"proposal": "refuse"', '"proposal": "none"')));
    });
    const report = await web.verify(zip, POLICE);
    expect(report.verdict).to.equal('broken');
    expect(report.files.find(({ file }) => file === 'finding.json')).to.include({ result: 'broken', code: 'not-in-block' });
    expect(codesOf(report)).to.include({ issued: 'not-here', chain: 'not-in-chain' });
  });

  it('verified later it says what has become of the finding', async () => {
    const fails = await oneOf({ rule: 'remote-sensing', code: 'exceedance' });
    const zip = await web.take(findingPath(fails._id), POLICE);
    await t.core.stores.findings.replace([{ doc: { ...fails, status: 'withdrawn', withdrawnReason: 'a test' }, seen: fails }]);
    const report = await web.verify(zip, POLICE);
    expect(codesOf(report)).to.include({ records: 'changed-since', chain: 'in-chain', issued: 'here' });
    expect(report.checks.find(({ check }) => check === 'records')!.en).to.contain('withdrawn');
    await seal();
    const now = await unzipped(await web.take(findingPath(fails._id), POLICE));
    const proof = JSON.parse(now.get('proof.json')!.toString()) as { states: { status: string }[] };
    expect(proof.states.map((state) => state.status)).to.deep.equal(['confirmed', 'withdrawn']);
  });

  it('says when the store holds something else than the chain', async () => {
    const other = arrival('晋H11111', at('08:50:00'));
    await feed(t, [other]);
    await seal();
    const [made] = await t.core.stores.decisions.byIds([refOf(other)]);
    const zip = await web.take(`/evidence/decision/${made!.ref}`, POLICE);
    const bent = Buffer.from(JSON.stringify({ ...other.body, lane: '2' }));
    await t.core.stores.observations.collection.updateOne({ _id: refOf(other) }, { $set: { raw: bent as never } });
    expect(codesOf(await web.verify(zip, POLICE)).records).to.equal('store-differs');
    // Taken now, the message cannot be proved any more.
    const now = await web.verify(await web.take(`/evidence/decision/${made!.ref}`, POLICE), POLICE);
    expect(now.files.find(({ what }) => what === 'observation')!.result).to.equal('waiting');
  });

  it('is proved to a head that was published, and shows that the chain grew out of it', async () => {
    const head = async (query = '') => (await (await web.get(`/evidence/head${query}`, AUDITOR)).json()) as ChainHead;
    const published = await head();
    await feed(t, [arrival('晋H22222', at('08:55:00'))]);
    await seal();
    const grown = (await (await web.get(`/evidence/head?from=${published.size}`, AUDITOR)).json()) as ChainHead & {
      consistency: { from: ChainHead; path: string[] };
    };
    expect(grown.size).to.be.greaterThan(published.size);
    const { size, root, at: when } = published;
    expect(grown.consistency.from).to.deep.equal({ size, root, at: when });
    expect(await head(`?size=${size}`)).to.include({ size, root });
    expect(await web.code(`/evidence/head?size=${grown.size + 1}`, AUDITOR)).to.equal('422 no-such-head');
    expect(await web.code(`${findingPath(finding._id)}?head=${grown.size + 1}`, AUDITOR)).to.equal('422 no-such-head');
    const zip = await web.take(`${findingPath(finding._id)}?head=${size}`, AUDITOR);
    const path = join(tmpdir(), `evidence-${process.pid}.zip`);
    await writeFile(path, zip);
    const script = (...rest: string[]) => run(process.execPath, ['--import', 'tsx', 'scripts/verify-evidence.ts', path, ...rest], { env: { PATH: process.env.PATH } }); // prettier-ignore
    try {
      const { stdout } = await script('--head', `${size}:${root}`);
      expect(stdout).to.contain('✓ 与平台之外留存的链首相同').and.contain(`${grown.size}:${grown.root}`);
      const failed = await script('--head', `${size}:${'0'.repeat(64)}`).catch(
        (error: { code: number; stdout: string }) => error,
      );
      expect(failed).to.include({ code: 1 });
      expect(failed.stdout).to.contain('✗ 与平台之外留存的链首不同');
    } finally {
      await rm(path);
    }
  });

  it('takes nothing but ZIPs of a size, and tells what is none', async () => {
    const zip = await web.take(findingPath(finding._id), POLICE);
    const said = async (answer: Promise<Response>) => {
      const { status, json } = { status: (await answer).status, json: (await (await answer).json()) as { code?: string } };
      return `${status} ${json.code}`;
    };
    expect(await said(web.post(zip, POLICE, { 'content-type': 'application/json' }))).to.equal('415 unsupported-type');
    expect(await said(web.post(Buffer.from('no zip'), POLICE))).to.equal('422 not-a-package');
    expect(await said(web.post(zip.subarray(0, 1000), POLICE))).to.equal('422 not-a-package');
    expect(await said(web.post(Buffer.alloc(97 * 1024 * 1024), POLICE))).to.equal('413 too-large');
    expect(await said(web.post(zip, person('admin', 'administrator')))).to.equal('403 forbidden');
  });
});
