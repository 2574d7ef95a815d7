import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { TRAINER_EXIT } from '../../contract/trainer.ts';
import { prediction } from '../../contract/trainer-events.ts';
import type { GenerateJob } from '../../contract/trainer-job.ts';
import { type Check, requireTraining } from './check.ts';
import { judgeExit } from './judge-end.ts';
import { eventsOf } from './judge-training.ts';
import { copyFolder, type Lab } from './lab.ts';

/** What a trainer predicts, and that it is asked for nothing that it cannot repeat. */
export const GENERATION_CHECKS: Check[] = [
  {
    name: 'predicts untrained',
    title: 'predicts every prompt with the base',
    run: async (lab) => (await predict(lab)).broken,
  },
  {
    name: 'predicts',
    title: 'predicts every prompt with the weights of a block, the same again',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      const first = await predict(lab, { weights });
      if (first.broken.length > 0) return first.broken;
      const second = await predict(lab, { weights });
      const same = !lab.subject.deterministic || first.texts === second.texts;
      return [...second.broken, ...(same ? [] : ['predicts otherwise when it is asked again'])];
    },
  },
  {
    name: 'samples',
    title: 'draws the same sample from the same seed',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      const decoding = { temperature: 1, seed: 5 };
      const first = await predict(lab, { weights, decoding });
      if (first.broken.length > 0) return first.broken;
      const second = await predict(lab, { weights, decoding });
      const same = !lab.subject.deterministic || first.texts === second.texts;
      return [...second.broken, ...(same ? [] : ['draws otherwise from the same seed'])];
    },
  },
];

/** `texts`: all that was predicted, to be compared. */
async function predict(
  lab: Lab,
  { weights, decoding }: { weights?: string; decoding?: GenerateJob['decoding'] } = {},
): Promise<{ broken: string[]; texts: string }> {
  const folder = await lab.makeFolder();
  if (weights !== undefined) await copyFolder(weights, join(folder, 'weights'));
  const job = lab.generateJob({
    weights: weights === undefined ? null : 'weights',
    ...(decoding && { decoding }),
  });
  const trial = await lab.run(folder, job);
  const exit = judgeExit(trial, TRAINER_EXIT.done);
  if (exit.length > 0) return { broken: exit, texts: '' };
  const told = eventsOf(trial, 'predictions');
  const names = told.map(({ name }) => name).join(', ');
  const wanted = job.prompts.map(({ name }) => name).join(', ');
  if (names !== wanted)
    return { broken: [`predicts ${names || 'nothing'} where ${wanted} was asked for`], texts: '' };
  const texts: string[] = [];
  const broken: string[] = [];
  for (const { name, file } of told) {
    const ids = lab.data.prompts.find((prompts) => prompts.name === name)?.ids ?? [];
    texts.push(await readText(folder, file));
    broken.push(...judgePredictions(name, ids, texts.at(-1) ?? ''));
  }
  return { broken, texts: texts.join('\0') };
}

/** Empty where it names a file that is not there or not its own. */
async function readText(folder: string, file: string): Promise<string> {
  if (normalize(file).startsWith('..')) return '';
  return readFile(join(folder, file), 'utf8').catch(() => '');
}

function judgePredictions(name: string, ids: string[], text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const found = lines.map((line) => prediction.safeParse(parseOrNull(line)));
  const bad = found.findIndex(({ success }) => !success);
  if (bad >= 0) return [`writes no {"id", "text"} in line ${bad + 1} of ${name}: ${lines[bad]}`];
  if (found.map(({ data }) => data?.id).join('\n') === ids.join('\n')) return [];
  return [
    `predicts ${found.length} of the ${ids.length} prompts of ${name}, or not in their order`,
  ];
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
