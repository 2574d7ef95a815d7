import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { sweepTemplate } from '../spec/template.ts';
import { packageFolder } from './package-folder.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { printJson, say, suggest } from './output.ts';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a commented sweep file')
    .argument('[file]', 'where to', 'sweep.yaml')
    .option('--name <name>', 'name of the sweep')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: { name?: string; json?: boolean }) => {
      const folder = basename(dirname(resolve(file))).toLowerCase();
      const name =
        options.name ??
        (folder.replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'sweep');
      const schema = relative(
        dirname(resolve(file)),
        join(packageFolder(), 'schema', 'ratchet-v1.schema.json'),
      );
      if (existsSync(file))
        throw new CliError(EXIT.usage, `${file} exists: name another file, or remove it first`);
      await writeFile(file, sweepTemplate({ name: name.slice(0, 40), schema }), { flag: 'wx' });
      if (options.json) return printJson({ file });
      say(`wrote ${file}`);
      return suggest(`ratchet plan ${file}`);
    });
}
