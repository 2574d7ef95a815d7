import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Prediction } from '../../contract/dialogue.ts';
import { TRAINER_EXIT } from '../../contract/trainer.ts';
import { type PredictionsEvent, prediction } from '../../contract/trainer-events.ts';
import type { GenerateJob } from '../../contract/trainer-job.ts';
import { requireTraining } from './check.ts';
import { judgeExit } from './judge-end.ts';
import { eventsOf } from './judge-training.ts';
import {
  type Answers,
  copyFolder,
  type Lab,
  promptsOf,
  type SampleData,
  targetsOf,
} from './lab.ts';

/** Of a trainer; all prompts, greedily, by the base, where nothing else is said. */
export interface Asked {
  /** By the weights of a block. */
  trained?: boolean;
  /** With targets beside the prompts. */
  targets?: boolean;
  /** The last file, and in each the last prompt, first. */
  reversed?: boolean;
  decoding?: GenerateJob['decoding'];
}

/** Asks once, whichever checks need the answers. */
export function predict(lab: Lab, asked: Asked): Promise<Answers> {
  const name = JSON.stringify(asked);
  const answers = lab.answered.get(name) ?? predictAnew(lab, asked);
  lab.answered.set(name, answers);
  return answers;
}

export async function predictAnew(lab: Lab, asked: Asked): Promise<Answers> {
  const { folder, job, prompts } = await makeGenerateJob(lab, asked);
  const trial = await lab.run(folder, job);
  const exit = judgeExit(trial, TRAINER_EXIT.done);
  if (exit.length > 0) return nothing(exit);
  const told = eventsOf(trial, 'predictions');
  const names = told.map(({ name }) => name).join(', ');
  const wanted = prompts.map(({ name }) => name).join(', ');
  if (names !== wanted)
    return nothing([`predicts ${names || 'nothing'} where ${wanted} was asked for`]);
  const answers = nothing(judgeLosses(told, job));
  const texts = new Map<string, string[]>();
  for (const [at, { name, ids }] of prompts.entries()) {
    const { file, loss } = told[at] as PredictionsEvent;
    const found = readPredictions(name, await readText(folder, file));
    answers.losses.push(loss);
    answers.broken.push(...(found.broken ?? judgeAnswers(name, found.predictions, ids, job)));
    for (const { id, text } of found.predictions) {
      const prompt = `${name} ${id}`;
      texts.set(prompt, [...(texts.get(prompt) ?? []), text]);
    }
  }
  return { ...answers, texts };
}

function nothing(broken: string[]): Answers {
  return { broken, texts: new Map(), losses: [] };
}

/** In whatever order. */
export function isSame(one: Answers, other: Answers): boolean {
  return [...one.texts].every(
    ([prompt, draws]) => draws.join('\0') === other.texts.get(prompt)?.join('\0'),
  );
}

/** A folder with all that the job names, and no more. */
export async function makeGenerateJob(
  lab: Lab,
  { trained, targets, reversed, decoding }: Asked,
): Promise<{ folder: string; job: GenerateJob; prompts: SampleData['prompts'] }> {
  const { prompts: given } = lab.data;
  const prompts = reversed ? given.map(reversePrompts).toReversed() : given;
  const folder = await lab.makeFolder(prompts);
  if (trained) await copyFolder(requireTraining(lab).weights, join(folder, 'weights'));
  if (targets) await lab.layTargets(folder, prompts);
  const job = lab.generateJob({
    weights: trained ? 'weights' : null,
    prompts: prompts.map(({ name }) => ({
      name,
      file: promptsOf(name),
      ...(targets && { targets: targetsOf(name) }),
    })),
    ...(decoding && { decoding }),
  });
  return { folder, job, prompts };
}

type Prompts = SampleData['prompts'][number];

function reversePrompts({ name, ids, bytes, targets }: Prompts): Prompts {
  return {
    name,
    ids: ids.toReversed(),
    bytes: reverseLines(bytes),
    targets: reverseLines(targets),
  };
}

function reverseLines(bytes: Uint8Array): Uint8Array {
  return Buffer.from(linesOf(Buffer.from(bytes).toString()).toReversed().join('\n').concat('\n'));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** A loss is of targets; where none were given it is of something else. */
function judgeLosses(told: readonly PredictionsEvent[], { prompts }: GenerateJob): string[] {
  return told
    .filter(({ loss }, at) => loss && prompts[at]?.targets === undefined)
    .map(({ name }) => `tells a loss of ${name}, which has no targets`);
}

/** Empty where it names a file that is not there or not its own. */
async function readText(folder: string, file: string): Promise<string> {
  if (normalize(file).startsWith('..')) return '';
  return readFile(join(folder, file), 'utf8').catch(() => '');
}

function readPredictions(
  name: string,
  text: string,
): { predictions: Prediction[]; broken?: string[] } {
  const predictions: Prediction[] = [];
  for (const [at, line] of linesOf(text).entries()) {
    const { data } = prediction.safeParse(parseOrNull(line));
    if (!data)
      return {
        predictions,
        broken: [`writes no {"id", "text"} in line ${at + 1} of ${name}: ${line}`],
      };
    predictions.push(data);
  }
  return { predictions };
}

/** Of several draws each has its number. */
function judgeAnswers(
  name: string,
  predictions: readonly Prediction[],
  ids: readonly string[],
  { decoding }: GenerateJob,
): string[] {
  const draws = Array.from({ length: decoding.draws ?? 1 }, (_, draw) => draw);
  const wanted = ids.flatMap((id) =>
    draws.map((draw) => nameAnswer(decoding.draws === undefined ? { id } : { id, draw })),
  );
  if (predictions.map(nameAnswer).join('\n') === wanted.join('\n')) return [];
  return [
    `predicts ${predictions.length} of the ${wanted.length} answers to the prompts of ${name}, or not in their order`,
  ];
}

function nameAnswer({ id, draw }: Omit<Prediction, 'text'>): string {
  return JSON.stringify([id, draw ?? null]);
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
