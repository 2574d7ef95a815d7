import { z } from 'zod';
import { learnerHyperparameters } from '../contract/learner-hyperparameters.ts';
import { valueAt } from './expectations.ts';
import type { Finding } from './findings.ts';
import { describeIssues } from './issues.ts';
import type { JsonSchema } from './json-schema.ts';
import type { SpecParts } from './parts.ts';

/** The hyperparameters of a condition are the trainer's: those of the built-in learner are known here. */
export function checkHyperparameters({ conditions = {}, trainer }: SpecParts): Finding[] {
  if ((valueAt(trainer, ['kind']) ?? 'builtin') !== 'builtin') return [];
  return Object.entries(conditions).flatMap(([name, condition]) => [
    ...checkLearner(['conditions', name, 'hyperparameters'], condition?.hyperparameters),
    ...refuseDomains(['conditions', name, 'tellDomains'], condition?.tellDomains),
  ]);
}

function checkLearner(path: string[], own: object | undefined): Finding[] {
  const { error } = learnerHyperparameters.safeParse(own ?? {});
  if (!error) return [];
  const schema = z.toJSONSchema(learnerHyperparameters, { io: 'input' }) as JsonSchema;
  const findings = describeIssues(error.issues, schema, own);
  return findings.map((finding) => ({ ...finding, path: [...path, ...finding.path] }));
}

function refuseDomains(path: string[], told: boolean | undefined): Finding[] {
  if (told !== true) return [];
  const expected = 'no tellDomains with the built-in learner';
  return [{ path, atKey: true, expected, found: 'true', help: 'it learns all domains alike' }];
}
