import { Command } from 'commander';
import { explainFinding } from '../server/intake/explain.ts';
import { openAgain } from './open-again.ts';

/** `npm run explain -- <finding id>`: all there is to say of a finding, in zh and en, and what judging it again gives. */

const program = new Command()
  .argument('<finding>', 'key of the finding: rule|code|subject')
  .option('--uri <uri>', 'MongoDB instead of the one of the settings')
  .parse();
const { uri } = program.opts<{ uri?: string }>();

const { deps, close } = await openAgain(uri);
try {
  const text = await explainFinding(program.args[0]!, deps);
  if (text === null) {
    process.stderr.write(`no such finding · 没有这条判定: ${program.args[0]!}\n`);
    process.exitCode = 1;
  } else process.stdout.write(text);
} finally {
  await close();
}
