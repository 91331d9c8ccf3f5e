import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { Server } from 'socket.io';
import type { Alert, AlertDetail, LiveItem, Observation, User } from '../../web/src/api/types.ts';
import { ALLOWED_FROM, type StepName } from '../../web/src/live/steps.ts';
import {
  ALERTS,
  DEVICES,
  ENTERPRISES,
  FINDINGS,
  LANES,
  NOW,
  OBSERVATIONS,
  RESPONSES,
  STORY,
  ZONES,
  makeAlert,
} from './mock-data.ts';

/**
 * A platform that is only its HTTP and live contract, from memory: what the console is developed and tested against when the real one is
 * not the point. Serves the built console under the strictest content security policy.
 */
export interface MockApi {
  url: string;
  alerts: Map<string, AlertDetail>;
  /** Makes an alert and tells it over the live line. */
  open(change?: Partial<Alert>): Alert;
  /** Changes an alert as somebody else would; `tell` false keeps the live line quiet. */
  change(id: string, change: Partial<AlertDetail>, by: string, step: string, tell?: boolean): Alert;
  /** Takes an alert out of the caller's scope. */
  remove(id: string): void;
  /** Cuts every live line and refuses new ones until `lineUp`. */
  lineDown(): void;
  lineUp(): void;
  /** How many live lines stand, as far as the server has noticed. */
  lines(): number;
  /** Tells every line that it cannot be replayed. */
  resync(): void;
  gates(news: Record<string, unknown>[]): void;
  /** Requests so far, as `METHOD path`; a live line as `live`. */
  calls: string[];
  close(): Promise<void>;
}

export interface MockOptions {
  port?: number;
  /** Alerts at the start; default the shared set. */
  alerts?: Alert[];
  user?: Partial<User>;
  /** How soon the server notices that a client is away; default as Socket.IO has it. */
  ping?: { pingInterval: number; pingTimeout: number };
}

const DIST = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Starts the mock on a free port of 127.0.0.1. Sign-in: `officer` / `night-shift`. */
export async function startMockApi(options: MockOptions = {}): Promise<MockApi> {
  const started = Date.now();
  const user: User = { username: 'officer', name: '王志强', role: 'police', ...options.user };
  const alerts = new Map<string, AlertDetail>((options.alerts ?? ALERTS).map((alert) => [alert.id, structuredClone(alert)]));
  const log: { seq: number; kind: LiveItem['kind']; alert: Alert }[] = [];
  const calls: string[] = [];
  const findings = new Map(FINDINGS);
  const sessions = new Set<string>();
  let seq = 1000;
  let refuse = false;
  let made = 0;
  const now = () => new Date(NOW + (Date.now() - started) + 8 * 3_600_000).toISOString().replace('Z', '+08:00');

  const app = express();
  app.disable('x-powered-by');
  app.use((req, res, next) => {
    res.set('content-security-policy', "default-src 'self'");
    if (req.path.startsWith('/api')) calls.push(`${req.method} ${req.path}`);
    next();
  });
  const api = express.Router();
  api.use(express.json());
  const problem = (res: express.Response, status: number, code: string, detail: string) =>
    res.status(status).type('application/problem+json').json({ type: 'about:blank', title: code, status, detail, code });
  const cookieOf = (header: string | undefined) => /session=([^;]+)/.exec(header ?? '')?.[1] ?? '';

  api.post('/session', (req, res) => {
    const body = req.body as { username?: string; password?: string };
    if (body.username !== 'officer' || body.password !== 'night-shift') return problem(res, 401, 'bad-credentials', 'wrong');
    const id = String(Math.random()).slice(2);
    sessions.add(id);
    return res.cookie('session', id, { httpOnly: true, sameSite: 'strict' }).json({ user });
  });
  api.get('/time', (_req, res) => res.json({ at: now() }));
  api.use((req, res, next) =>
    sessions.has(cookieOf(req.headers.cookie)) ? next() : void problem(res, 401, 'unauthenticated', 'sign in'),
  );
  api.get('/session', (_req, res) => res.json({ user }));
  api.delete('/session', (req, res) => {
    sessions.delete(cookieOf(req.headers.cookie));
    res.status(204).end();
  });
  api.get('/alerts', (req, res) => {
    const q = req.query as Record<string, string | undefined>;
    const limit = Number(q['limit'] ?? 100);
    const skip = Number(q['cursor'] ?? 0);
    const rows = [...alerts.values()]
      .filter(
        (a) =>
          (q['state'] === undefined || q['state'].split(',').includes(a.state)) &&
          (q['provisional'] === undefined || String(a.provisional) === q['provisional']) &&
          (q['severity'] === undefined || a.severity === q['severity']),
      )
      .filter(
        (a) =>
          (q['rule'] === undefined || a.rule === q['rule']) && (q['county'] === undefined || a.place?.county === q['county']),
      )
      .filter((a) => q['plate'] === undefined || q['plate'].split(',')[0] === a.vehicle?.number)
      .filter((a) => q['assignee'] === undefined || q['assignee'] === a.assignee)
      .sort((a, b) => Date.parse(b.firstAt) - Date.parse(a.firstAt));
    const items = rows.slice(skip, skip + limit).map(({ history: _h, ...row }) => row);
    res.json({ items, next: skip + limit < rows.length ? String(skip + limit) : null });
  });
  api.get('/alerts/:id', (req, res) => {
    const alert = alerts.get(req.params.id);
    return alert ? res.set('etag', `"${alert.rev}"`).json(alert) : problem(res, 404, 'not-found', 'no such alert');
  });
  api.get('/alerts/:id/assignees', (_req, res) => {
    res.json({
      items: [
        { username: 'liu', name: '刘建国', role: 'police', counties: ['140902'] },
        { username: 'officer', name: '王志强', role: 'police' },
      ],
      next: null,
    });
  });
  api.post('/alerts/:id/:step', (req, res) => {
    const alert = alerts.get(req.params.id);
    if (!alert) return problem(res, 404, 'not-found', 'no such alert');
    const match = req.headers['if-match'];
    if (match === undefined) return problem(res, 428, 'if-match-missing', 'If-Match');
    if (match !== `"${alert.rev}"`) return problem(res, 412, 'stale', 'changed meanwhile');
    const { step } = req.params;
    if (step === 'comment') {
      change(alert.id, {}, user.name, step, true, undefined, req.body as Record<string, unknown>);
      return res.json(alerts.get(alert.id));
    }
    if (!isStep(step) || !ALLOWED_FROM[step].includes(alert.state)) return problem(res, 409, 'wrong-state', 'not now');
    const { note, ...detail } = req.body as { note?: string } & Record<string, string>;
    change(alert.id, after(step, detail, user), user.name, step, true, note, detail);
    return res.json(alerts.get(alert.id));
  });
  api.get('/findings/:id', (req, res) => {
    const finding = findings.get(req.params.id);
    return finding ? res.json(finding) : problem(res, 404, 'not-found', 'no such finding');
  });
  api.post('/findings/:id/dispute', (req, res) => {
    const finding = findings.get(req.params.id);
    if (!finding) return problem(res, 404, 'not-found', 'no such finding');
    if (finding.dispute) return problem(res, 409, 'already-disputed', 'contested before');
    const raised = { ...(req.body as { text: string }), by: user.username ?? '', at: now() };
    findings.set(finding.id, { ...finding, disputed: true, dispute: raised });
    return res.json(findings.get(finding.id));
  });
  api.post('/findings/:id/dispute/answer', (req, res) => {
    const finding = findings.get(req.params.id);
    if (!finding?.dispute || finding.dispute.answer) return problem(res, 409, 'not-disputed', 'not disputed');
    const answer = { ...(req.body as { outcome: 'upheld' | 'withdrawn'; reason: string }), by: user.username ?? '', at: now() };
    const { disputed: _d, ...rest } = finding;
    const withdrawn = answer.outcome === 'withdrawn' ? { status: 'withdrawn' as const, withdrawnReason: answer.reason } : {};
    findings.set(finding.id, { ...rest, ...withdrawn, dispute: { ...finding.dispute, answer } });
    return res.json(findings.get(finding.id));
  });
  api.get('/decisions', (_req, res) => res.json({ items: [], next: null }));
  api.get('/observations', (req, res) => {
    const { device, plate } = req.query as { device?: string; plate?: string };
    const plateOf = (o: Observation) => `${o.recognition?.plate?.number},${o.recognition?.plate?.color}`;
    const items = OBSERVATIONS.filter(
      (o) => (device === undefined || `${o.kind}/${o.device}` === device) && (plate === undefined || plateOf(o) === plate),
    );
    res.json({ items, next: null });
  });
  api.get('/vehicles/:number/:colour', (req, res) => {
    const story = STORY(req.params.number, req.params.colour);
    return story ? res.json(story) : problem(res, 404, 'not-found', 'no such vehicle');
  });
  api.get('/gates', (_req, res) => res.json({ items: LANES }));
  api.get('/responses', (_req, res) => res.json(RESPONSES));
  api.get('/registry/:collection', (req, res) => {
    const rows = { devices: DEVICES, zones: ZONES, enterprises: ENTERPRISES }[req.params.collection];
    return rows ? res.json({ items: rows, next: null }) : problem(res, 404, 'not-found', 'no such collection');
  });
  app.use('/api/v1', api);
  app.use(express.static(DIST));
  app.use((_req, res) => res.sendFile(`${DIST}index.html`));

  const http: HttpServer = createServer(app);
  const io = new Server(http, { perMessageDeflate: false, transports: ['websocket', 'polling'], ...options.ping });
  const live = io.of('/live');
  live.use((socket, next) =>
    refuse || !sessions.has(cookieOf(socket.request.headers.cookie)) ? next(new Error('refused')) : next(),
  );
  live.on('connection', (socket) => {
    calls.push('live');
    const after = (socket.handshake.auth as { after?: number }).after;
    socket.emit('hello', { log: 'mock', seq, user });
    socket.emit('gates', {
      items: LANES.filter((lane) => lane.vehicle).map(({ online: _online, offlineSince: _since, ...lane }) => lane),
    });
    if (after !== undefined && after < seq) socket.emit('alerts', { upTo: seq, items: log.filter((item) => item.seq > after) });
  });

  function tell(kind: LiveItem['kind'], alert: Alert) {
    seq += 1;
    const item = { seq, kind, alert: { ...alert, seq } };
    log.push(item);
    live.emit('alerts', { upTo: seq, items: [item] });
  }

  function open(part: Partial<Alert> = {}): Alert {
    made += 1;
    const alert = makeAlert({ id: `new-${made}`, firstAt: now(), lastAt: now(), state: 'open', rev: 1, ...part });
    alerts.set(alert.id, { ...alert, history: [{ step: 'opened', at: now(), by: 'system' }] });
    tell('opened', alert);
    return alert;
  }

  function change(
    id: string,
    part: Partial<AlertDetail>,
    by: string,
    step: string,
    told = true,
    note?: string,
    detail?: Record<string, unknown>,
  ): Alert {
    const before = alerts.get(id);
    if (!before) throw new Error(`no alert ${id}`);
    const next: AlertDetail = {
      ...before,
      ...part,
      rev: before.rev + 1,
      history: [
        ...(before.history ?? []),
        { step, at: now(), by, ...(note !== undefined && { note }), ...(detail && { detail }) },
      ],
    };
    alerts.set(id, next);
    const { history: _h, ...row } = next;
    if (told) tell('changed', row);
    return row;
  }

  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    alerts,
    open,
    change,
    calls,
    remove(id) {
      const alert = alerts.get(id);
      if (!alert) return;
      alerts.delete(id);
      tell('removed', { ...alert, rev: alert.rev + 1 });
    },
    lineDown() {
      refuse = true;
      for (const socket of live.sockets.values()) socket.conn.close();
    },
    lineUp() {
      refuse = false;
    },
    lines: () => live.sockets.size,
    resync: () => void live.emit('resync', { seq }),
    gates: (news) => void live.emit('gates', { items: news }),
    async close() {
      await io.close();
      http.closeAllConnections();
    },
  };
}

const STEP_STATE: Partial<Record<StepName, Alert['state']>> = {
  acknowledge: 'acknowledged',
  dispatch: 'dispatched',
  handle: 'handled',
  close: 'closed',
  reopen: 'open',
};

function isStep(step: string): step is StepName {
  return step in ALLOWED_FROM;
}

/** What a step makes of an alert. */
function after(step: StepName, detail: Record<string, string>, user: User): Partial<AlertDetail> {
  const state = STEP_STATE[step];
  const { assignee, due, outcome, to, code } = detail;
  return {
    ...(state && { state }),
    ...(assignee !== undefined && { assignee, assigneeName: assignee === 'officer' ? user.name : '刘建国' }),
    ...(due !== undefined && { due }),
    ...(step === 'handle' && { outcome: outcome as NonNullable<AlertDetail['outcome']> }),
    ...(step === 'hand-over' && {
      clue: { to, code: code ?? '', at: detail['at'] ?? new Date(NOW).toISOString() } as NonNullable<Alert['clue']>,
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMockApi({ port: Number(process.env['PORT'] ?? 8080) });
  console.log(`mock platform at ${mock.url} (officer / night-shift)`);
  setInterval(() => mock.open(), 20_000);
}
