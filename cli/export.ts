import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson } from '../contract/digest.ts';
import { renderExamples } from '../data/conditions.ts';
import { toFineTuningLine } from '../data/fine-tuning.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import { locateHome } from '../worker/home.ts';
import { makeEmpty, requireEmpty } from './empty-folder.ts';
import { addExportCheckpoint } from './export-checkpoint.ts';
import { addExportSweep } from './export-sweep.ts';
import { loadSweep } from './load-sweep.ts';
import { printJson, say } from './output.ts';

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write a sweep, a checkpoint, or the data, to a folder');
  addExportSweep(command);
  addExportCheckpoint(command);
  command
    .command('data')
    .description("every condition's, seed's and domain's examples as OpenAI messages JSONL")
    .argument('<file>', 'sweep file')
    .requiredOption('--output <folder>', 'an empty or new folder')
    .option('--json', 'one JSON object')
    .action(async (file: string, { output, json }: { output: string; json?: boolean }) => {
      await requireEmpty(output);
      const files = await exportData(file, output);
      if (json) return printJson({ file, files, output });
      return say(`${files} files written to ${output}`);
    });
}

async function exportData(file: string, folder: string): Promise<number> {
  const loaded = await loadSweep(file, locateHome());
  const { sweep, suite, scripts } = loaded;
  await makeEmpty(folder);
  let files = 0;
  for (const condition of sweep.conditions)
    for (const seed of sweep.seeds) {
      const place = join(folder, condition.name, String(seed));
      await mkdir(place, { recursive: true });
      for (const domain of sweep.stream.domains) {
        const seeds = streamsOf(sweep, seed);
        const split = suite.examples(domain, seeds.data);
        for (const side of ['train', 'eval'] as const) {
          const rendering = { condition, custom: scripts.renderOf(condition) };
          const examples = side === 'train' ? split.train : split.heldOut;
          const rendered = renderExamples(examples, rendering, { side, seeds, domain });
          const lines = rendered.examples.map((example) =>
            canonicalJson(toFineTuningLine(example, suite.tools)),
          );
          const name = `${domain}.${side === 'train' ? 'train' : 'held-out'}.jsonl`;
          await writeFile(join(place, name), `${lines.join('\n')}\n`);
          files++;
        }
      }
    }
  return files;
}
