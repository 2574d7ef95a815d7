import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { PROTOCOL_VERSION, TRAINER_EXIT } from '../../contract/trainer.ts';
import { type Check, requireTraining } from './check.ts';
import { judgeRefusal } from './judge-end.ts';
import { copyFolder, EVERY, type Lab, listFiles } from './lab.ts';
import type { Trial } from './trial.ts';

/** What a trainer must not begin with, each with the exit code by which Ratchet knows what to do. */
export const REFUSAL_CHECKS: Check[] = [
  {
    name: 'protocol',
    title: 'refuses a protocol that it does not know',
    run: async (lab) => {
      const job = { ...lab.trainJob(), protocol: PROTOCOL_VERSION + 98 };
      return judgeRefusal(await begin(lab, job), TRAINER_EXIT.configuration);
    },
  },
  {
    name: 'configuration',
    title: 'refuses a hyperparameter that it does not know',
    run: async (lab) => {
      const hyperparameters = { ...lab.subject.hyperparameters, noSuchHyperparameter: 1 };
      const job = lab.trainJob({ hyperparameters });
      return judgeRefusal(await begin(lab, job), TRAINER_EXIT.configuration);
    },
  },
  {
    name: 'damaged weights',
    title: 'refuses weights that were cut short, to train on and to predict with',
    run: async (lab) => {
      const { weights } = requireTraining(lab);
      const folder = await lab.makeFolder();
      await damage(weights, join(folder, 'damaged'));
      const training = await begin(lab, lab.trainJob({ parent: 'damaged' }), folder);
      const trained = judgeRefusal(training, TRAINER_EXIT.damaged);
      if (trained.length > 0) return trained;
      const other = await lab.makeFolder();
      await copyFolder(join(folder, 'damaged'), join(other, 'damaged'));
      const predicting = await begin(lab, lab.generateJob({ weights: 'damaged' }), other);
      const predicted = judgeRefusal(predicting, TRAINER_EXIT.damaged);
      return predicted.map((one) => `${one}, when it is to predict`);
    },
  },
  {
    name: 'damaged checkpoint',
    title: 'refuses a checkpoint that was cut short',
    run: async (lab: Lab) => {
      const { checkpoints } = requireTraining(lab);
      const folder = await lab.makeFolder();
      await damage(join(checkpoints, String(EVERY)), join(folder, 'resume'));
      const trial = await begin(lab, lab.trainJob({ resume: 'resume' }), folder);
      return judgeRefusal(trial, TRAINER_EXIT.damaged);
    },
  },
];

/** A trainer that begins has shown enough. */
async function begin(lab: Lab, job: object, folder?: string): Promise<Trial> {
  return lab.run(folder ?? (await lab.makeFolder()), job, {
    onEvent: ({ type }, hand) => {
      if (type === 'progress') hand.kill('SIGKILL');
    },
  });
}

/** A copy whose largest file has lost its second half, as a broken download does. */
async function damage(from: string, to: string): Promise<void> {
  await copyFolder(from, to);
  let largest = { file: '', size: -1 };
  for (const name of await listFiles(to)) {
    const file = join(to, name);
    const { size } = await stat(file);
    if (size > largest.size) largest = { file, size };
  }
  await truncate(largest.file, Math.floor(largest.size / 2));
}
