import { join } from 'node:path';
import { TRAINER_EXIT } from '../../contract/trainer.ts';
import type { TrainerEvent } from '../../contract/trainer-events.ts';
import { judgeExit } from './judge-end.ts';
import { digestFolder, EVERY, type Lab, listFiles, type Training } from './lab.ts';
import type { Trial } from './trial.ts';

type EventOf<Type> = Extract<TrainerEvent, { type: Type }>;

export function eventsOf<Type extends TrainerEvent['type']>(
  { events }: Pick<Trial, 'events'>,
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

/** What is wrong with a training that was let to its end, having started after step `from`. */
export async function judgeTraining(trial: Trial, from = 0): Promise<string[]> {
  const exit = judgeExit(trial, TRAINER_EXIT.done);
  if (exit.length > 0) return exit;
  return [
    ...judgeOrder(trial),
    ...judgeProgress(trial, from),
    ...judgeCheckpoints(trial, from),
    ...(await judgeWeights(trial)),
  ];
}

function judgeOrder(trial: Trial): string[] {
  const types = trial.events.map(({ type }) => type).filter((type) => type !== 'warning');
  const [counted] = eventsOf(trial, 'count');
  return [
    ...(types.at(-1) === 'result' ? [] : ['writes no result event as its last']),
    ...(types.filter((type) => type === 'result').length > 1 ? ['writes several results'] : []),
    ...(counted?.name === 'train' && types[0] === 'count'
      ? []
      : ['does not announce its data with a count event named train before it begins']),
  ];
}

function judgeProgress(trial: Trial, from: number): string[] {
  const progress = eventsOf(trial, 'progress');
  const [first, last] = [progress[0], progress.at(-1)];
  if (!first || !last) return ['never tells its progress: it would count as stalled'];
  const steps = progress.map(({ step }) => step);
  const [result] = eventsOf(trial, 'result');
  return [
    ...(from > 0 && first.step <= from
      ? [
          `starts again at step ${first.step} when it is to go on after ${from}: job.resume is not read`,
        ]
      : []),
    ...(steps.some((step, index) => step < (steps[index - 1] ?? 0))
      ? ['tells steps that go back']
      : []),
    ...(new Set(progress.map((one) => one.steps)).size > 1 ? ['changes the number of steps'] : []),
    ...(last.step === last.steps ? [] : [`ends at step ${last.step} of ${last.steps}`]),
    ...(result && result.steps !== last.steps
      ? [`says ${result.steps} steps in its result and ${last.steps} in its progress`]
      : []),
  ];
}

/** One after every so many steps; none is needed at the end, where the weights stand. */
function judgeCheckpoints(trial: Trial, from: number): string[] {
  const steps = eventsOf(trial, 'progress').at(-1)?.steps ?? 0;
  const told = new Set(eventsOf(trial, 'checkpoint').map(({ step }) => step));
  const missing = [];
  for (let step = EVERY; step < steps; step += EVERY)
    if (step > from && !told.has(step)) missing.push(step);
  if (missing.length === 0) return [];
  return [`writes no checkpoint at step ${missing.join(', ')} (checkpointEvery is ${EVERY})`];
}

async function judgeWeights({ folder }: Trial): Promise<string[]> {
  const files = await listFiles(join(folder, 'weights')).catch(() => []);
  return files.length > 0 ? [] : ['leaves no files in weights/'];
}

/** What differs from the training that nobody interfered with. */
export async function compareTraining(
  { subject }: Lab,
  trained: Training,
  trial: Trial,
): Promise<string[]> {
  const [result] = eventsOf(trial, 'result');
  if (result?.steps !== trained.steps || result.tokens !== trained.tokens)
    return [
      `comes to ${result?.steps} steps and ${result?.tokens} tokens; undisturbed to ${trained.steps} and ${trained.tokens}`,
    ];
  if (!subject.deterministic) return [];
  const same = (await digestFolder(join(trial.folder, 'weights'))) === trained.digest;
  return same ? [] : ['comes to other weights than undisturbed'];
}
