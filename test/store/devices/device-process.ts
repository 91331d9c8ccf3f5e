import { createDevice } from '../../../devices/client/index.ts';

/** A device in a process of its own, to be killed: sends passages for ever and prints each id once `send` has answered. */
const [url = '', dir = '', count = '0'] = process.argv.slice(2);
const device = createDevice({
  kind: 'gate',
  deviceId: 'g1',
  secret: 'secret',
  url,
  dir,
  settings: { perSecond: 2000, reconnect: { first: 10, max: 50 }, resend: { first: 200, max: 1000, jitter: 0.2 } },
});
await device.start();
for (let i = 0; i < Number(count); i++) {
  const id = await device.send('passage', { direction: 'in', plate: { number: `晋H${i}`, color: 'yellow' }, outcome: 'passed' });
  process.stdout.write(`${id}\n`);
}
process.stdout.write('all\n');
