import type { Command } from 'commander';
import { listWeights, pinSource } from '../compute/digest-weights.ts';
import { print, printJson, say } from './output.ts';

export function addWeights(program: Command): void {
  program
    .command('weights')
    .description('base weights that trainers start from')
    .command('digest')
    .description('the digest of base weights, to be named in a sweep file under trainer.weights')
    .argument(
      '<source>',
      'hf://organisation/name, at a branch, tag or commit after @; s3://bucket/prefix; file:///folder',
    )
    .option('--json', 'one JSON object: source, digest, files')
    .action(async (wanted: string, options: { json?: boolean }) => {
      const { signal } = new AbortController();
      const source = await pinSource(wanted, signal);
      const { digest, files } = await listWeights(source, signal);
      if (options.json) return printJson({ source, digest, files });
      print(`weights:\n  source: ${source}\n  digest: ${digest}`);
      return say(`${files.length} files: ${files.map(({ name }) => name).join(', ')}`);
    });
}
