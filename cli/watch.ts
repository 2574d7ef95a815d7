import type { Command } from 'commander';
import { Session } from './connect.ts';
import { openSweep } from './open-sweep.ts';
import { say } from './output.ts';
import { attend } from './run.ts';

export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('follow a sweep until it ends; Ctrl-C leaves it running')
    .argument('[sweep]', 'id or its beginning; default: the latest')
    .option('--json', 'end with one JSON line: sweep, state, results, report')
    .action(async (wanted: string | undefined, options: { json?: boolean }) => {
      const { home, entry, plan } = await openSweep(wanted);
      const session = await Session.open(home, say);
      try {
        process.exitCode = await attend(session, { plan, store: entry.store }, options);
      } finally {
        await session.close();
      }
    });
}
