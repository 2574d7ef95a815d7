import type { Command } from 'commander';
import { lockPath, makeLock, writeLock } from './data-lock.ts';
import { openData } from './open-data.ts';
import { printJson, say, suggest } from './output.ts';

export function addLock(program: Command): void {
  program
    .command('lock')
    .description(
      "record the digests of a sweep's data beside its file; changed data are refused then",
    )
    .argument('<file>', 'sweep file')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const lock = makeLock(await openData(file));
      await writeLock(file, lock);
      const facts = {
        lock: lockPath(file),
        digest: lock.digest,
        files: Object.keys(lock.files).length,
      };
      if (options.json) return printJson(facts);
      say(
        `wrote ${facts.lock}: suite ${lock.digest.slice(0, 12)}, ${facts.files} ${facts.files === 1 ? 'file' : 'files'}`,
      );
      return suggest(`ratchet plan ${file}`);
    });
}
