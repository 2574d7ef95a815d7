import type { Command } from 'commander';
import type { CheckResult } from '../compute/conformance/check.ts';
import { checkTrainer, CHECKS } from '../compute/conformance/check-trainer.ts';
import { Lab, type Subject } from '../compute/conformance/lab.ts';
import { resolveTrainer } from '../compute/trainers.ts';
import { pc } from './colors.ts';
import { choose, collect } from './choose.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { readSweep } from './open-data.ts';
import { formatDuration, print, printJson, say } from './output.ts';
import { makeSample } from './trainer-sample.ts';
import { inScratchFolder } from './scratch-folder.ts';
import { parseCount } from './sweep-options.ts';

interface CheckOptions {
  file?: string;
  hyperparameters?: string;
  dialogues: number;
  patience: number;
  only?: string[];
  varies?: boolean;
  json?: boolean;
}

export function addTrainer(program: Command): void {
  const trainer = program.command('trainer').description('programs that train and predict');
  trainer
    .command('check')
    .description('put a trainer through the whole protocol and name what it breaks')
    .argument('[command...]', "after --: how it is started; the job's folder is added at the end")
    .option(
      '--file <file>',
      "the trainer and the hyperparameters of a sweep file; `builtin` is Ratchet's own",
    )
    .option('--hyperparameters <json>', 'handed to it as they are, e.g. \'{"epochs": 2}\'')
    .option('--dialogues <count>', 'of the sample that it learns', parseCount, 6)
    .option('--patience <seconds>', 'after which a job is ended', parseCount, 600)
    .option('--only <check>', 'this check; again for each', collect)
    .option('--varies', 'equal jobs may come to different weights, as on some GPUs')
    .option('--json', 'one JSON list')
    .action(async (command: string[], options: CheckOptions) => {
      const subject = await readSubject(command, options);
      const names = CHECKS.map(({ name }) => name);
      const only = options.only?.map((name) => choose('check', name, names));
      await inScratchFolder(async (folder) => {
        const data = makeSample(options.dialogues);
        const lab = new Lab({ subject, data, folder, patience: options.patience * 1000 });
        const results: CheckResult[] = [];
        for await (const result of checkTrainer(lab, only)) {
          results.push(result);
          if (!options.json) print(describe(result));
        }
        if (options.json) printJson(results);
        else say(summarise(results));
        const broken = results.some(({ state }) => state === 'broken');
        process.exitCode = broken ? EXIT.findings : EXIT.done;
      });
    });
}

async function readSubject(command: string[], options: CheckOptions): Promise<Subject> {
  const { file, hyperparameters, varies } = options;
  if (command.length > 0 === (file !== undefined))
    throw new CliError(
      EXIT.usage,
      'name one trainer: ratchet trainer check -- python train.py, or --file sweep.yaml',
    );
  const deterministic = !varies;
  const given = hyperparameters === undefined ? undefined : readHyperparameters(hyperparameters);
  if (file === undefined)
    return { trainer: { command }, hyperparameters: given ?? {}, deterministic };
  const { sweep } = await readSweep(file);
  return {
    trainer: resolveTrainer(sweep, process.cwd()),
    hyperparameters: given ?? sweep.trainer.hyperparameters,
    deterministic,
  };
}

function readHyperparameters(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  throw new CliError(EXIT.usage, `--hyperparameters: expected a JSON object, found ${text}`);
}

const MARKS = { holds: pc.green('✓'), broken: pc.red('✗'), skipped: pc.dim('-') };
const WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

function describe({ name, title, state, said, seconds }: CheckResult): string {
  const time = seconds >= 1 ? pc.dim(` (${formatDuration(seconds)})`) : '';
  const lines = said
    .flatMap((one) => one.split('\n'))
    .map((one) => `  ${' '.repeat(WIDTH)} ${one}`);
  return [`${MARKS[state]} ${name.padEnd(WIDTH)} ${title}${time}`, ...lines].join('\n');
}

function summarise(results: CheckResult[]): string {
  const count = (state: CheckResult['state']): number =>
    results.filter((result) => result.state === state).length;
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return `${count('holds')} hold, ${count('broken')} broken, ${count('skipped')} skipped in ${formatDuration(total)}`;
}
