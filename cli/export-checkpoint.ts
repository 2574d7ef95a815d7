import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { gatherCheckpoint } from '../activities/gather-checkpoint.ts';
import { fetchWeights } from '../compute/weights.ts';
import type { CheckpointFacts } from '../contract/checkpoint-facts.ts';
import { renderModelCard } from '../report/model-card.ts';
import { makeEmpty } from './empty-folder.ts';
import { findBlock, openSweep } from './open-sweep.ts';
import { printJson, say } from './output.ts';
import { shapeWeights } from './shape-weights.ts';

interface ExportCheckpointOptions {
  output: string;
  sweep?: string;
  json?: boolean;
}

export function addExportCheckpoint(command: Command): void {
  command
    .command('checkpoint')
    .description(
      "a committed block's weights, verified, as PEFT, transformers and vLLM load them, with a model card",
    )
    .argument('<block>', 'condition/seed/domain')
    .requiredOption('--output <folder>', 'an empty or new folder')
    .option('--sweep <sweep>', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object: block, key, output, form, base, files, leftOut')
    .action(async (wanted: string, { output, sweep, json }: ExportCheckpointOptions) => {
      const { plan, store } = await openSweep(sweep);
      const block = findBlock(plan, wanted);
      const { key, label } = block;
      const gathered = await gatherCheckpoint(store, plan, block);
      await makeEmpty(output);
      const { manifest } = await fetchWeights(store, key, output);
      const facts: CheckpointFacts = {
        ...gathered,
        ...(await shapeWeights(output, manifest.files, gathered.base)),
      };
      await writeFile(join(output, 'README.md'), renderModelCard(facts));
      await writeFile(join(output, 'checkpoint.json'), `${JSON.stringify(facts, null, 2)}\n`);
      const { form, base, files, leftOut } = facts;
      const names = [...files.map(({ name }) => name), 'README.md', 'checkpoint.json'];
      if (json) return printJson({ block: label, key, output, form, base, files: names, leftOut });
      return say(`${names.length} files written to ${output}: ${names.join(', ')}`);
    });
}
