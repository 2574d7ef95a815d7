import type { V1Job } from '@kubernetes/client-node';
import type { JobRequest } from './job-request.ts';
import { ANNOTATIONS, LABELS } from './labels.ts';

type Owner = Pick<JobRequest, 'unit' | 'condition' | 'seed'>;

/** The lineage that made a Job: it follows it, pays for it and removes it. */
export function labelOwner({ unit, condition, seed }: Owner): Record<string, string> {
  return {
    [LABELS.sweep]: unit.sweep,
    [LABELS.condition]: condition,
    [LABELS.seed]: String(seed),
  };
}

/** Whether the lineage that asks made it, in this run of its sweep or in another. */
export function isOwn({ metadata }: V1Job, asks: Owner): boolean {
  return Object.entries(labelOwner(asks)).every(
    ([label, value]) => metadata?.labels?.[label] === value,
  );
}

/** For whoever waits for it. */
export function describeOwner({ metadata }: V1Job): string {
  const { labels = {}, annotations = {} } = metadata ?? {};
  const unit = `${labels[LABELS.condition]}/${labels[LABELS.seed]}/${annotations[ANNOTATIONS.block]}`;
  return `${unit} of ${labels[LABELS.sweep]} computes the same, in Job ${metadata?.name}`;
}
