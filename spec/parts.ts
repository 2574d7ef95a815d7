import { z } from 'zod';
import { valueAt } from './expectations.ts';
import type { SweepFile } from './schema.ts';
import { condition } from './condition-schema.ts';
import { published } from './published-schema.ts';
import { sweepFile } from './schema.ts';

/**
 * The fields that are checked against each other, each absent where the schema refused it: one wrong field does not hide
 * what is wrong with the others.
 */
export interface SpecParts {
  /** As written. */
  suite: unknown;
  domains: string[] | undefined;
  orders: SweepFile['stream']['orders'];
  /** By name; undefined for one that the schema refused. */
  conditions: Record<string, SweepFile['conditions'][string] | undefined> | undefined;
  seeds: SweepFile['seeds'] | undefined;
  /** As written. */
  trainer: unknown;
  contrast: string | undefined;
  metric: NonNullable<SweepFile['question']>['metric'] | undefined;
  /** Each entry; undefined for one that the schema refused. */
  published: (NonNullable<SweepFile['published']>[number] | undefined)[];
  expected: SweepFile['expect'];
  /** As written; undefined where they are left out or the schema refused them. */
  store: SweepFile['store'];
  compute: SweepFile['compute'] | undefined;
  gpuHours: number | undefined;
  decoding: SweepFile['evaluate']['decoding'] | undefined;
  /** `evaluate.domains` */
  evaluated: SweepFile['evaluate']['domains'] | undefined;
}

/** From the plain value of a file. */
export function readParts(value: unknown): SpecParts {
  const read = <T>(schema: z.ZodType<T>, ...path: string[]): T | undefined => {
    return schema.safeParse(valueAt(value, path)).data;
  };
  const { stream, seeds, evaluate } = sweepFile.shape;
  const question = sweepFile.shape.question.unwrap().shape;
  const conditions = read(z.record(z.string(), z.unknown()), 'conditions');
  const list = read(z.array(z.unknown()), 'published') ?? [];
  const isAsked = valueAt(value, ['question']) !== undefined;
  return {
    suite: valueAt(value, ['suite']),
    domains: read(stream.shape.domains, 'stream', 'domains'),
    orders: read(stream.shape.orders, 'stream', 'orders'),
    conditions: conditions && mapValues(conditions, (one) => condition.safeParse(one).data),
    seeds: read(seeds, 'seeds'),
    trainer: valueAt(value, ['trainer']),
    contrast: read(question.contrast, 'question', 'contrast'),
    metric: isAsked ? read(question.metric, 'question', 'metric') : undefined,
    published: list.map((entry) => published.element.safeParse(entry).data),
    expected: read(sweepFile.shape.expect, 'expect'),
    store: read(sweepFile.shape.store, 'store'),
    compute: read(sweepFile.shape.compute, 'compute'),
    gpuHours: read(sweepFile.shape.budget.unwrap().shape.gpuHours, 'budget', 'gpuHours'),
    decoding: read(evaluate.unwrap().shape.decoding, 'evaluate', 'decoding'),
    evaluated: read(evaluate.unwrap().shape.domains, 'evaluate', 'domains'),
  };
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
