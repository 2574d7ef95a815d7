import { join } from 'node:path';
import { TRAINER_EXIT } from '../../contract/trainer.ts';
import type { CountEvent, ExampleSize } from '../../contract/trainer-events.ts';
import { type Check, requireTraining } from './check.ts';
import { judgeExit } from './judge-end.ts';
import { compareTraining, eventsOf, judgeTraining } from './judge-training.ts';
import { copyFolder, digestFolder, EVERY, type Lab, LEAST_STEPS } from './lab.ts';

/** What it comes to is kept: every other way of training has to come to the same. */
export const TRAINS: Check = {
  name: 'trains',
  title: 'trains a block, with checkpoints on the way',
  run: trainUndisturbed,
};

/** What a trainer does when nobody interferes. */
export const TRAINING_CHECKS: Check[] = [
  {
    name: 'counts',
    title: 'tells the sizes of every data file',
    run: async (lab) => {
      const job = lab.countJob();
      const trial = await lab.run(await lab.makeFolder(), job);
      const exit = judgeExit(trial, TRAINER_EXIT.done);
      if (exit.length > 0) return exit;
      const counts = eventsOf(trial, 'count');
      const told = counts.map(({ name }) => name).join(', ');
      const wanted = job.data.map(({ name }) => name).join(', ');
      if (told !== wanted) return [`counts ${told || 'nothing'} where ${wanted} was asked for`];
      return counts.flatMap(judgeSizes);
    },
  },
  TRAINS,
  {
    name: 'repeats',
    title: 'comes to the same weights from the same job',
    run: async (lab) => {
      const trained = requireTraining(lab);
      const folder = await lab.makeFolder();
      const trial = await lab.run(folder, lab.trainJob(), { keep: await lab.makeKeep() });
      return [
        ...judgeExit(trial, TRAINER_EXIT.done),
        ...(await compareTraining(lab, trained, trial)),
      ];
    },
  },
  {
    name: 'seeds',
    title: 'comes to other weights with another seed of the order',
    run: async (lab) => {
      const { digest } = requireTraining(lab);
      const folder = await lab.makeFolder();
      const { seeds } = lab.trainJob();
      const job = lab.trainJob({ seeds: { ...seeds, order: seeds.order + 1 } });
      const trial = await lab.run(folder, job, { keep: await lab.makeKeep() });
      const broken = await judgeTraining(trial);
      if (broken.length > 0) return broken;
      const same = (await digestFolder(join(folder, 'weights'))) === digest;
      return same ? ['comes to the same weights: job.seeds.order is not read'] : [];
    },
  },
  {
    name: 'parent',
    title: "trains on from its parent's weights",
    run: async (lab) => {
      const trained = requireTraining(lab);
      const folder = await lab.makeFolder();
      await copyFolder(trained.weights, join(folder, 'parent'));
      const [job, keep] = [lab.trainJob({ parent: 'parent' }), await lab.makeKeep()];
      const trial = await lab.run(folder, job, { keep });
      const broken = await judgeTraining(trial);
      if (broken.length > 0) return broken;
      // Early: in the end a learner may come to the same from anywhere.
      const [first, before] = await Promise.all(
        [keep, trained.checkpoints].map((at) => digestFolder(join(at, String(EVERY)))),
      );
      return first === before ? ['begins as it does without a parent: job.parent is not read'] : [];
    },
  },
];

async function trainUndisturbed(lab: Lab): Promise<string[]> {
  const [folder, checkpoints] = [await lab.makeFolder(), await lab.makeKeep()];
  const trial = await lab.run(folder, lab.trainJob(), { keep: checkpoints });
  const broken = await judgeTraining(trial);
  const [count] = eventsOf(trial, 'count');
  const [result] = eventsOf(trial, 'result');
  if (broken.length > 0 || !count || !result) return broken;
  const { steps, tokens } = result;
  if (steps < LEAST_STEPS)
    return [
      `makes ${steps} steps of this sample, too few to interrupt: ${LEAST_STEPS} are needed (more --dialogues, or other --hyperparameters)`,
    ];
  const weights = join(folder, 'weights');
  const digest = await digestFolder(weights);
  const losses = eventsOf(trial, 'progress').flatMap(({ loss }) => loss ?? []);
  lab.trained = { steps, tokens, count, weights, checkpoints, digest, losses };
  return [];
}

/** The sum has to be that of its parts. */
function judgeSizes(count: CountEvent): string[] {
  const { name, sizes, examples } = count;
  if (sizes?.length !== examples)
    return [`tells ${sizes?.length ?? 'no'} sizes of the ${examples} examples of ${name}`];
  const sum = (of: (size: ExampleSize) => number): number =>
    sizes.reduce((total, size) => total + of(size), 0);
  const sums = {
    tokens: sum(({ tokens }) => tokens),
    targetTokens: sum(({ targetTokens }) => targetTokens),
    truncatedTurns: sum(({ turnsLost }) => turnsLost),
    truncatedExamples: sum(({ turnsLost }) => Number(turnsLost > 0)),
    droppedExamples: sum(({ dropped }) => Number(dropped)),
  };
  return Object.entries(sums).flatMap(([field, added]) => {
    const told = count[field as keyof typeof sums];
    return told === added
      ? []
      : [`tells ${told} ${field} of ${name}; its sizes add up to ${added}`];
  });
}
