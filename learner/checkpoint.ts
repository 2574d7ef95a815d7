/** Resumable checkpoints: the model, AdaGrad's sums and how far training came. */

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { damagedInput, wrongConfiguration } from './failure.ts';
import { readFolder, writeFolder } from './folders.ts';
import type { Model } from './model.ts';
import { packTable } from './sparse-table.ts';
import { packModel, unpackModel, unpackTableFile } from './weights.ts';

/** How far training came. The order of the data follows from the seed, so the step is the data cursor. */
const progressSchema = z.object({
  format: z.literal(1),
  /** Digest of everything that decides the result: a checkpoint of another job is refused. */
  job: z.string(),
  step: z.int().min(0),
  tokens: z.int().min(0),
});

export type TrainingProgress = Omit<z.infer<typeof progressSchema>, 'format'>;

export function writeCheckpoint(jobFolder: string, model: Model, progress: TrainingProgress): void {
  const files = { ...packModel(model), 'squares.bin': packTable(model.parameters.squares) };
  const checkpoints = join(jobFolder, 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  writeFolder(
    join(checkpoints, String(progress.step)),
    join(jobFolder, 'checkpoint.draft'),
    files,
    {
      format: 1,
      ...progress,
    },
  );
}

export function readCheckpoint(
  folder: string,
  tableBits: number,
  job: string,
): { model: Model; progress: TrainingProgress } {
  const { files, details } = readFolder(folder);
  const progress = progressSchema.safeParse(details);
  if (!progress.success) throw damagedInput(`${folder} is no checkpoint of this learner`);
  if (progress.data.job !== job) {
    throw wrongConfiguration(
      `${folder} is a checkpoint of another job: other data, settings, seeds or parent`,
    );
  }
  const size = 2 ** tableBits;
  const model = unpackModel(folder, files, size);
  model.parameters.squares.set(unpackTableFile(folder, files, 'squares.bin', size));
  return { model, progress: progress.data };
}

/** Complete checkpoints that the carrier has not yet taken away. */
export function countStanding(jobFolder: string): number {
  try {
    return readdirSync(join(jobFolder, 'checkpoints')).filter((name) => /^\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}
