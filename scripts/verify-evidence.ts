import { Command, InvalidArgumentError } from 'commander';
import { verifyPackage } from '../server/audit/evidence/verify.ts';
import { AppError } from '../server/errors.ts';
import type { EvidenceReport } from '../server/http/contract/evidence.ts';

/**
 * `npm run verify-evidence -- package.zip [--head size:root] [--json]`: verifies a package of evidence without platform, store or network.
 * Ends with 0 where all of it holds or is named as absent, with 1 where something is broken, with 2 where it is no package.
 */

const MARKS = { ok: '✓', broken: '✗', waiting: '…', unknown: '?', absent: '–' } as const;
const VERDICTS = {
  holds: '成立 It holds',
  incomplete: '成立，但有缺项（见下） It holds, with gaps (see below)',
  broken: '不成立 It does not hold',
} as const;

function headOf(text: string): { size: number; root: string } {
  const [, size, root] = /^(\d+):([0-9a-f ]+)$/i.exec(text) ?? [];
  const hex = root?.replaceAll(' ', '').toLowerCase();
  if (size === undefined || hex?.length !== 64) throw new InvalidArgumentError('<size>:<root>, the root as 64 hex digits');
  return { size: Number(size), root: hex };
}

function print({ verdict, of, takenAt, takenBy, checks, files, heads }: EvidenceReport): void {
  const subject = 'finding' in of ? of.finding : of.decision;
  console.log(`${VERDICTS[verdict]}\n${subject}\n${takenAt} ${takenBy.name} (${takenBy.role})\n`);
  for (const { result, zh, en } of checks) console.log(`${MARKS[result]} ${zh}\n  ${en}`);
  for (const { file, result, zh, en } of files) if (result !== 'ok') console.log(`${MARKS[result]} ${file}: ${zh} · ${en}`);
  for (const { size, root, at } of heads) console.log(`\n链首 head ${size}:${root} ${at ?? ''}`);
}

const program = new Command('verify-evidence')
  .argument('<package>', 'the ZIP')
  .option('--head <size:root>', 'a head of the chain that was kept outside the platform', headOf)
  .option('--json', 'the whole report as JSON');

program.action(async (path: string, { head, json }: { head?: { size: number; root: string }; json?: true }) => {
  try {
    const { report } = await verifyPackage(path, head);
    if (json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    process.exitCode = report.verdict === 'broken' ? 1 : 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`${error.zh}\n${error.en}`);
    process.exitCode = 2;
  }
});
await program.parseAsync();
