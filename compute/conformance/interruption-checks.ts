import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MOST_CHECKPOINTS_WAITING, TRAINER_EXIT } from '../../contract/trainer.ts';
import type { TrainerEvent } from '../../contract/trainer-events.ts';
import type { TrainJob } from '../../contract/trainer-job.ts';
import { type Check, requireTraining } from './check.ts';
import { judgeExit } from './judge-end.ts';
import { compareTraining, eventsOf, judgeTraining } from './judge-training.ts';
import { copyFolder, EVERY, type Lab } from './lab.ts';
import { makeGenerateJob } from './predict.ts';
import { type Hand, listCheckpoints, type Trial, type TrialRun } from './trial.ts';

/** So long a trainer that has to wait is watched for not waiting. */
const WATCH = 1500;

/** Whatever happens to a training, it goes on from its newest checkpoint and comes to the same end. */
export const INTERRUPTION_CHECKS: Check[] = [
  {
    name: 'resumes',
    title: 'goes on from a checkpoint and comes to the same end',
    run: async (lab) => {
      const { checkpoints, steps } = requireTraining(lab);
      const from = Math.floor(steps / 2 / EVERY) * EVERY;
      return resume(lab, join(checkpoints, String(from)), from);
    },
  },
  {
    name: 'waits',
    title: `waits while ${MOST_CHECKPOINTS_WAITING} checkpoints are not acknowledged`,
    run: async (lab) => {
      requireTraining(lab);
      let [told, most] = [0, 0];
      const trial = await lab.run(await lab.makeFolder(), lab.trainJob(), {
        onEvent: async ({ type }, hand) => {
          if (type !== 'checkpoint' || ++told < MOST_CHECKPOINTS_WAITING) return;
          if (told === MOST_CHECKPOINTS_WAITING) {
            await delay(WATCH);
            most = (await listCheckpoints(join(hand.folder, 'checkpoints'))).length;
          }
          await hand.acknowledge();
        },
      });
      if (most > MOST_CHECKPOINTS_WAITING)
        return [`lets ${most} checkpoints stand unacknowledged: the disk would fill up`];
      return judgeExit(trial, TRAINER_EXIT.done);
    },
  },
  {
    name: 'killed',
    title: 'loses nothing but what follows its newest checkpoint when it is killed',
    run: async (lab) => {
      requireTraining(lab);
      const folder = await lab.makeFolder();
      await lab.run(folder, lab.trainJob(), { onEvent: whenHeld((hand) => hand.kill('SIGKILL')) });
      return resumeNewest(lab, folder);
    },
  },
  {
    name: 'told to stop',
    title: `saves a checkpoint and ends with ${TRAINER_EXIT.interrupted} on SIGTERM`,
    run: stopTwice,
  },
  {
    name: 'orphaned',
    title: 'ends when its standard input closes',
    run: async (lab) => {
      requireTraining(lab);
      const [folder, job] = [await lab.makeFolder(), lab.trainJob()];
      const { late } = await interrupt(lab, { folder, job }, whenHeld, closeInput);
      return late ? [ORPHANED] : [];
    },
  },
  {
    name: 'stops predicting',
    title: 'ends when it is told to stop, or its standard input closes, while it predicts',
    run: stopPredicting,
  },
];

const ORPHANED = 'goes on without whoever started it, beside its successor';

/** In the middle of its steps, and while it waits for its checkpoints to be stored. */
async function stopTwice(lab: Lab): Promise<string[]> {
  requireTraining(lab);
  const between = await stop(lab, { checkpointEvery: NEVER }, once('progress'));
  return between.length > 0 ? between : stop(lab, {}, whenHeld);
}

const NEVER = 1_000_000;

async function stop(lab: Lab, fields: Partial<TrainJob>, when: When): Promise<string[]> {
  const [folder, job] = [await lab.makeFolder(), lab.trainJob(fields)];
  const trial = await interrupt(lab, { folder, job }, when, terminate);
  if (trial.late) return [deafFor(lab)];
  if (eventsOf(trial, 'result').length > 0) return []; // It was too fast for us.
  const exit = judgeExit(trial, TRAINER_EXIT.interrupted);
  if (exit.length > 0) return exit;
  const newest = (await listCheckpoints(join(folder, 'checkpoints'))).at(-1) ?? 0;
  const reached = eventsOf(trial, 'progress').at(-1)?.step ?? 0;
  if (newest < reached)
    return [`stops at step ${reached} with step ${newest} as its newest checkpoint`];
  return resumeNewest(lab, folder);
}

/** Of more answers than anything predicts before it is noticed. */
async function stopPredicting(lab: Lab): Promise<string[]> {
  const decoding = { temperature: 1, seed: 5, draws: 1000 };
  const asked = { trained: true, decoding };
  const told = await interrupt(lab, await makeGenerateJob(lab, asked), once('count'), terminate);
  if (told.late) return [deafFor(lab)];
  const finished = eventsOf(told, 'result').length > 0; // It was too fast for us.
  const exit = finished ? [] : judgeExit(told, TRAINER_EXIT.interrupted);
  if (exit.length > 0) return exit;
  const left = await interrupt(lab, await makeGenerateJob(lab, asked), once('count'), closeInput);
  return left.late ? [ORPHANED] : [];
}

type When = (act: (hand: Hand) => void) => NonNullable<TrialRun['onEvent']>;

const terminate = (hand: Hand): void => hand.kill('SIGTERM');
const closeInput = (hand: Hand): void => hand.closeInput();

function deafFor({ grace }: Lab): string {
  return `has not stopped ${grace / 1000} s after SIGTERM`;
}

/** `late`: it went on beyond the grace, and had to be ended. */
async function interrupt(
  lab: Lab,
  { folder, job }: { folder: string; job: object },
  when: When,
  how: (hand: Hand) => void,
): Promise<Trial & { late: boolean }> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const onEvent = when((hand) => {
    how(hand);
    timer = setTimeout(() => {
      late = true;
      hand.kill('SIGKILL');
    }, lab.grace);
  });
  const trial = await lab.run(folder, job, { onEvent });
  clearTimeout(timer);
  return { ...trial, late };
}

function once(wanted: TrainerEvent['type']) {
  return (act: (hand: Hand) => void): NonNullable<TrialRun['onEvent']> => {
    let done = false;
    return ({ type }, hand) => {
      if (done || type !== wanted) return;
      done = true;
      act(hand);
    };
  };
}

/** Acts once, when as many checkpoints stand as may. */
function whenHeld(act: (hand: Hand) => Promise<void> | void): NonNullable<TrialRun['onEvent']> {
  let standing = 0;
  return async ({ type }, hand) => {
    if (type === 'checkpoint' && ++standing === MOST_CHECKPOINTS_WAITING) await act(hand);
  };
}

async function resumeNewest(lab: Lab, folder: string): Promise<string[]> {
  const checkpoints = join(folder, 'checkpoints');
  const newest = (await listCheckpoints(checkpoints)).at(-1);
  if (newest === undefined) return ['leaves no complete checkpoint'];
  return resume(lab, join(checkpoints, String(newest)), newest);
}

async function resume(lab: Lab, checkpoint: string, from: number): Promise<string[]> {
  const trained = requireTraining(lab);
  const folder = await lab.makeFolder();
  await copyFolder(checkpoint, join(folder, 'resume'));
  const job = lab.trainJob({ resume: 'resume' });
  const trial = await lab.run(folder, job, { keep: await lab.makeKeep() });
  const broken = await judgeTraining(trial, from);
  const told = broken.length > 0 ? broken : await compareTraining(lab, trained, trial);
  return told.map((one) => `${one}, when it goes on after step ${from}`);
}
