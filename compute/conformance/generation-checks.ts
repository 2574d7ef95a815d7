import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { TRAINER_EXIT } from '../../contract/trainer.ts';
import { type PredictionsEvent, prediction } from '../../contract/trainer-events.ts';
import type { Prediction } from '../../contract/dialogue.ts';
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
      return predictTwice(lab, { weights }, 'predicts otherwise when it is asked again');
    },
  },
  {
    name: 'blind',
    title: 'predicts the same whether or not the targets lie beside the prompts',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      const without = await predict(lab, { weights });
      if (without.broken.length > 0) return without.broken;
      const beside = await predict(lab, { weights, prompts: lab.promptsWithTargets() });
      const same = !lab.subject.deterministic || without.texts === beside.texts;
      return [...beside.broken, ...(same ? [] : ['predicts otherwise where it is given targets'])];
    },
  },
  {
    name: 'samples',
    title: 'draws the same sample from the same seed',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      const decoding = { temperature: 1, seed: 5 };
      return predictTwice(lab, { weights, decoding }, 'draws otherwise from the same seed');
    },
  },
  {
    name: 'draws',
    title: 'draws as many answers to every prompt as the job asks for',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      return (await predict(lab, { weights, decoding: { temperature: 1, seed: 5, draws: 3 } }))
        .broken;
    },
  },
];

type Asked = { weights?: string } & Partial<Pick<GenerateJob, 'decoding' | 'prompts'>>;

async function predictTwice(lab: Lab, asked: Asked, otherwise: string): Promise<string[]> {
  const first = await predict(lab, asked);
  if (first.broken.length > 0) return first.broken;
  const second = await predict(lab, asked);
  const same = !lab.subject.deterministic || first.texts === second.texts;
  return [...second.broken, ...(same ? [] : [otherwise])];
}

/** `texts`: all that was predicted, to be compared. */
async function predict(
  lab: Lab,
  { weights, ...fields }: Asked = {},
): Promise<{ broken: string[]; texts: string }> {
  const folder = await lab.makeFolder();
  if (weights !== undefined) await copyFolder(weights, join(folder, 'weights'));
  const job = lab.generateJob({ weights: weights === undefined ? null : 'weights', ...fields });
  const trial = await lab.run(folder, job);
  const exit = judgeExit(trial, TRAINER_EXIT.done);
  if (exit.length > 0) return { broken: exit, texts: '' };
  const told = eventsOf(trial, 'predictions');
  const names = told.map(({ name }) => name).join(', ');
  const wanted = job.prompts.map(({ name }) => name).join(', ');
  if (names !== wanted)
    return { broken: [`predicts ${names || 'nothing'} where ${wanted} was asked for`], texts: '' };
  const texts = await Promise.all(told.map(({ file }) => readText(folder, file)));
  const broken = job.prompts.flatMap(({ name }, at) =>
    judgePredictions(name, answersTo(name, lab, job), texts[at] ?? ''),
  );
  return { broken: [...broken, ...judgeLosses(told, job)], texts: texts.join('\0') };
}

/** A loss is of targets; where none were given it is of something else. */
function judgeLosses(told: readonly PredictionsEvent[], { prompts }: GenerateJob): string[] {
  return told
    .filter(({ loss }, at) => loss && prompts[at]?.targets === undefined)
    .map(({ name }) => `tells a loss of ${name}, which has no targets`);
}

/** Of several draws each has its number. */
function answersTo(name: string, lab: Lab, { decoding }: GenerateJob): string[] {
  const { ids = [] } = lab.data.prompts.find((prompts) => prompts.name === name) ?? {};
  const draws = Array.from({ length: decoding.draws ?? 1 }, (_, draw) => draw);
  return ids.flatMap((id) =>
    draws.map((draw) => nameAnswer(decoding.draws === undefined ? { id } : { id, draw })),
  );
}

function nameAnswer({ id, draw }: Omit<Prediction, 'text'>): string {
  return JSON.stringify([id, draw ?? null]);
}

/** Empty where it names a file that is not there or not its own. */
async function readText(folder: string, file: string): Promise<string> {
  if (normalize(file).startsWith('..')) return '';
  return readFile(join(folder, file), 'utf8').catch(() => '');
}

function judgePredictions(name: string, answers: string[], text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const found = lines.map((line) => prediction.safeParse(parseOrNull(line)));
  const bad = found.findIndex(({ success }) => !success);
  if (bad >= 0) return [`writes no {"id", "text"} in line ${bad + 1} of ${name}: ${lines[bad]}`];
  if (found.map(({ data }) => data && nameAnswer(data)).join('\n') === answers.join('\n'))
    return [];
  return [
    `predicts ${found.length} of the ${answers.length} answers to the prompts of ${name}, or not in their order`,
  ];
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
