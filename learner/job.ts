/** Reading a job: every mistake in it becomes one line that says where it is. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { learnerHyperparameters } from '../contract/learner-hyperparameters.ts';
import { countJob, generateJob, trainJob } from '../contract/trainer-job.ts';
import { wrongConfiguration } from './failure.ts';

const hyperparameters = learnerHyperparameters;
const jobSchema = z.discriminatedUnion('stage', [
  countJob.extend({ hyperparameters }),
  trainJob.extend({ hyperparameters }),
  generateJob.extend({ hyperparameters }),
]);

export type LearnerJob = z.infer<typeof jobSchema>;
export type StageJob<Stage extends LearnerJob['stage']> = Extract<LearnerJob, { stage: Stage }>;

/** Reads `job.json`; its paths come out resolved against the folder. */
export function readJob(folder: string): LearnerJob {
  const path = join(folder, 'job.json');
  const result = jobSchema.safeParse(readJsonFile(path));
  if (!result.success) throw wrongConfiguration(`${path}: ${describeIssues(result.error)}`);
  return resolvePaths(folder, result.data);
}

export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrongConfiguration(`${path} cannot be read as JSON: ${messageOf(error)}`);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) =>
      issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
    )
    .join('; ');
}

function resolvePaths(folder: string, job: LearnerJob): LearnerJob {
  const inFolder = (path: string): string => resolve(folder, path);
  const inFolderOrNull = (path: string | null): string | null => path && inFolder(path);
  const allInFolder = (list: { name: string; file: string }[]) => {
    return list.map((item) => ({ name: item.name, file: inFolder(item.file) }));
  };
  const tools = inFolder(job.tools);
  switch (job.stage) {
    case 'count':
      return { ...job, tools, data: allInFolder(job.data) };
    case 'train':
      return {
        ...job,
        tools,
        parent: inFolderOrNull(job.parent),
        data: inFolder(job.data),
        resume: inFolderOrNull(job.resume),
      };
    case 'generate':
      return {
        ...job,
        tools,
        weights: inFolderOrNull(job.weights),
        prompts: allInFolder(job.prompts),
      };
  }
}
