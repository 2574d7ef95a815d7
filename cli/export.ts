import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { fetchWeights } from '../compute/weights.ts';
import { canonicalJson } from '../contract/digest.ts';
import { renderExamples } from '../data/conditions.ts';
import { toFineTuningLine } from '../data/fine-tuning.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import { locateHome } from '../worker/home.ts';
import { makeEmpty, requireEmpty } from './empty-folder.ts';
import { addExportSweep } from './export-sweep.ts';
import { loadSweep } from './load-sweep.ts';
import { findBlock, openSweep } from './open-sweep.ts';
import { printJson, say } from './output.ts';

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write a sweep, a checkpoint, or the data, to a folder');
  addExportSweep(command);
  command
    .command('checkpoint')
    .description("a committed block's weights, verified, with what they are")
    .argument('<block>', 'condition/seed/domain')
    .requiredOption('--output <folder>', 'an empty or new folder')
    .option('--sweep <sweep>', 'id or its beginning; default: the latest')
    .option('--json', 'one JSON object')
    .action(async (label: string, options: ExportOptions & { sweep?: string }) => {
      const { plan, store } = await openSweep(options.sweep);
      const block = findBlock(plan, label);
      await makeEmpty(options.output);
      const { manifest } = await fetchWeights(store, block.key, options.output);
      const about = { block: label, sweep: plan.sweep, trainer: plan.trainer, manifest };
      await writeFile(
        join(options.output, 'checkpoint.json'),
        `${JSON.stringify(about, null, 2)}\n`,
      );
      finish(options, { block: label, key: block.key, files: manifest.files.length });
    });
  command
    .command('data')
    .description("every condition's, seed's and domain's examples as OpenAI messages JSONL")
    .argument('<file>', 'sweep file')
    .requiredOption('--output <folder>', 'an empty or new folder')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: ExportOptions) => {
      await requireEmpty(options.output);
      finish(options, { file, files: await exportData(file, options.output) });
    });
}

interface ExportOptions {
  output: string;
  json?: boolean;
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

function finish(options: ExportOptions, facts: Record<string, unknown> & { files: number }): void {
  if (options.json) return printJson({ ...facts, output: options.output });
  return say(`${facts.files} files written to ${options.output}`);
}
