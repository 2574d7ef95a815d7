import type { Placement, Unit } from '../contract/activities.ts';
import { digestOf } from '../contract/digest.ts';
import type { KubernetesCompute } from '../spec/compute-schema.ts';

export type Stage = 'train' | 'evaluate';

/** What a pod is to do, and with what. The carrier gets `stage` and `unit`; the rest shapes the Job. */
export interface JobRequest {
  stage: Stage;
  unit: Unit;
  /** Of what it makes: block key or prediction key. */
  key: string;
  /** For people and selectors. */
  condition: string;
  seed: number;
  block: string;
  placement: Placement;
  /** Program and arguments, to which the job's folder is added; as the trainer's image has them. */
  command: string[];
  settings: KubernetesCompute;
  /** The trainer is given base weights, which the pods of a node share. */
  hasBase: boolean;
}

/** What the carrier reads from its environment. */
export type CarrierWork = Pick<JobRequest, 'stage' | 'unit'>;

/**
 * One name for one piece of work in one store, whichever lineage wants it, so that whoever comes second finds the Job that
 * runs: two stores of one cluster never mistake each other's. Generations are others beside it.
 */
export function nameJob({ stage, unit, key, placement }: JobRequest): string {
  const digest = digestOf([unit.store, stage, key]);
  return `ratchet-${digest.slice(0, 20)}-${placement.generation}`;
}
