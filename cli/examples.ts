import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { locateHome } from '../worker/home.ts';
import { choose, collect } from './choose.ts';
import {
  compareRenderings,
  type ComparedExample,
  type ComparedRenderings,
} from './compare-renderings.ts';
import { renderExamplesHtml } from './examples-html.ts';
import { drawExamples } from './examples-view.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type LoadedSweep, loadSweep } from './load-sweep.ts';
import { print, printJson, say, table, terminalWidth } from './output.ts';
import { parseCount } from './sweep-options.ts';

interface ExamplesOptions {
  condition?: string[];
  domain?: string;
  seed?: string;
  side: string;
  id?: string[];
  n: number;
  full?: boolean;
  html?: string;
  json?: boolean;
}

const SIDES = { train: 'train', 'held-out': 'eval' } as const;

export function addExamples(program: Command): void {
  program
    .command('examples')
    .description('the same examples under several conditions: what differs, is cut, carries loss')
    .argument('<file>', 'sweep file')
    .option(
      '--condition <name>',
      "again for each; default: the question's two, or the first two",
      collect,
    )
    .option('--domain <domain>', 'default: the first of the stream')
    .option('--seed <seed>', 'default: the first')
    .option('--side <side>', 'train or held-out', 'train')
    .option('--id <id>', 'this example; again for each', collect)
    .option('-n <count>', 'how many; those that differ come first', parseCount, 3)
    .option('--full', 'long texts whole')
    .option('--html <file>', 'write them to an HTML file instead')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: ExamplesOptions) => {
      const loaded = await loadSweep(file, locateHome());
      const compared = await compareRenderings(loaded, readRequest(loaded, options));
      const shown = chooseExamples(compared, options);
      if (options.html !== undefined)
        await writeHtml(options.html, renderExamplesHtml(compared, shown));
      if (options.json) return printJson({ ...compared, examples: shown, suite: suiteOf(loaded) });
      print(describe(loaded, compared, shown.length));
      if (options.html !== undefined) return say(`examples: ${options.html}`);
      return print(drawExamples(compared, shown, { width: terminalWidth(), full: !!options.full }));
    });
}

async function writeHtml(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.usage, `--html ${file} cannot be written: ${why}`);
  }
}

function readRequest({ sweep }: LoadedSweep, options: ExamplesOptions) {
  const { question, conditions } = sweep;
  const known = conditions.map(({ name }) => name);
  const asked = question ? [question.treatment, question.control] : known.slice(0, 2);
  const { domains } = sweep.stream;
  return {
    conditions: options.condition?.map((name) => choose('condition', name, known)) ?? asked,
    domain: choose('domain', options.domain ?? domains[0] ?? '', domains),
    seed: choose('seed', options.seed ?? String(sweep.seeds[0]), sweep.seeds),
    side: SIDES[choose('side', options.side, ['train', 'held-out'] as const)],
  };
}

function chooseExamples(
  { examples, domain, side }: ComparedRenderings,
  { id: ids, n }: ExamplesOptions,
): ComparedExample[] {
  if (!ids)
    return [true, false]
      .flatMap((wanted) => examples.filter(({ differs }) => differs === wanted))
      .slice(0, n);
  return ids.map((id) => {
    const found = examples.find((example) => example.id === id);
    if (found) return found;
    const some = examples.slice(0, 3).map((example) => example.id);
    const place = `domain ${domain}, ${side === 'train' ? 'training' : 'held-out'} side`;
    throw new CliError(
      EXIT.notFound,
      `no example ${id} in ${place}: they are named like ${some.join(', ')}`,
    );
  });
}

function describe(loaded: LoadedSweep, compared: ComparedRenderings, shown: number): string {
  const { domain, seed, side, examples, renderings } = compared;
  const differing = examples.filter(({ differs }) => differs).length;
  const rows = renderings.map(({ condition, description, counts }, column) => {
    const leftOut = examples.filter(({ prompts }) => prompts[column]?.leftOut !== null).length;
    const { tokens, targetTokens, truncatedExamples, droppedExamples } = counts ?? {};
    const counted = [tokens, targetTokens, truncatedExamples, droppedExamples];
    return [condition, ...counted.map((one) => String(one ?? '-')), String(leftOut), description];
  });
  const header = ['CONDITION', 'TOKENS', 'TARGET', 'CUT', 'DROPPED', 'LEFT OUT', 'HOW IT RENDERS'];
  const { duplicates, leftOut } = suiteOf(loaded);
  const reasons = Object.entries(leftOut).map(([why, count]) => `${count} (${why})`);
  return [
    `${domain}, seed ${seed}, ${side === 'train' ? 'training' : 'held-out'} side`,
    `${examples.length} examples, ${differing} differ between conditions, ${shown} shown`,
    table(header, rows),
    `${loaded.suite.name} as a whole left out ${[`${duplicates} duplicates`, ...reasons].join(', ')}`,
    '',
    '',
  ].join('\n');
}

function suiteOf({ suite }: LoadedSweep): { duplicates: number; leftOut: Record<string, number> } {
  const { duplicates, leftOut } = suite.census;
  return { duplicates, leftOut };
}
