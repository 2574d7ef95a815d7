import { streamsOf } from '../spec/seed-streams.ts';
import type { Sweep } from '../spec/sweep.ts';
import { trainingOf, weightsOf } from './cells.ts';
import { trainingSeeds } from './keys.ts';
import type { BlockPlace } from './places.ts';
import type { Plan } from './plan.ts';
import { worldSizeOf } from './training-settings.ts';

/** Something that a block's key covers, or that decides what it covers; null: it was not, or is no longer, there. */
export interface Difference {
  /** A field of the sweep file by its path, or in words. */
  what: string;
  before: string | null;
  after: string | null;
}

/** The difference that counts examples. */
export const TRAINING_DATA = 'training data';

/** Everything but its parent that makes a block another one than it was. */
export function findDifferences(before: BlockPlace, after: BlockPlace): Difference[] {
  const [old, now] = [before.plan, after.plan];
  return [
    ...compareFields('trainer', shorten(old.trainer.identity), shorten(now.trainer.identity)),
    ...compareFields(
      'trainer.hyperparameters',
      old.spec.trainer.hyperparameters,
      now.spec.trainer.hyperparameters,
    ),
    ...compareFields(
      `conditions.${after.lineage.condition}.hyperparameters`,
      conditionOf(before)?.hyperparameters ?? {},
      conditionOf(after)?.hyperparameters ?? {},
    ),
    ...compareFields('world size', worldSizeOf(old.spec), worldSizeOf(now.spec)),
    ...compareFields('tools', shorten(old.tools), shorten(now.tools)),
    ...compareFields('base', describeBase(old), describeBase(now)),
    ...compareFields('seed streams', streamsAt(before), streamsAt(after)),
    ...compareData(before, after),
  ];
}

/** What decides the training data is told where they differ: fields of the suite and of the condition. */
function compareData(before: BlockPlace, after: BlockPlace): Difference[] {
  const [old, now] = [before, after].map(({ plan, lineage, block }) =>
    trainingOf(plan, lineage, block),
  );
  if (old?.sha256 === now?.sha256) return [];
  const causes = [
    ...compareFields('suite', before.plan.spec.suite, after.plan.spec.suite),
    ...compareFields('suite files', filesOf(before.plan), filesOf(after.plan)),
    ...compareFields('scripts', scriptsOf(before.plan), scriptsOf(after.plan)),
    ...compareFields(
      `conditions.${after.lineage.condition}`,
      conditionOf(before),
      conditionOf(after),
    ),
  ];
  const counts = [old, now].map((file) => `${file?.examples} examples`);
  const data = { what: TRAINING_DATA, before: counts[0] ?? null, after: counts[1] ?? null };
  return [data, ...causes];
}

function conditionOf({ plan, lineage }: BlockPlace): Sweep['conditions'][number] | undefined {
  return plan.spec.conditions.find(({ name }) => name === lineage.condition);
}

function filesOf({ suite }: Plan): Record<string, string> {
  return Object.fromEntries(suite.files.map(({ name, sha256 }) => [name, shorten(sha256)]));
}

function scriptsOf({ scripts }: Plan): Record<string, string> {
  return Object.fromEntries(scripts.map(({ name, sha256 }) => [name, shorten(sha256)]));
}

function describeBase(plan: Plan): string {
  return shorten(weightsOf(plan, { blocks: [] }, null) ?? 'untrained');
}

function streamsAt({ plan, lineage }: BlockPlace): object {
  return trainingSeeds(streamsOf(plan.spec, lineage.seed));
}

/** Field by field, down to values; a list is one value. */
function compareFields(path: string, before: unknown, after: unknown): Difference[] {
  if (isMapping(before) && isMapping(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) =>
      compareFields(`${path}.${field}`, before[field], after[field]),
    );
  const [old, now] = [before, after].map(showValue);
  return old === now ? [] : [{ what: path, before: old ?? null, after: now ?? null }];
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function showValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shorten(digest: string): string {
  return digest.length > 24 ? digest.slice(0, 12) : digest;
}
