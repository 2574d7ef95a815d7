import type { Condition, Sweep } from '../spec/sweep.ts';

/** What a trainer is given under a condition, all of it part of the keys of what it computes. */
export interface TrainingSettings {
  hyperparameters: Record<string, unknown>;
  /** Whether the condition sets any of them. */
  ownHyperparameters: boolean;
  /** Whether it is told which domains it teaches and predicts. */
  tellDomains: boolean;
}

/** The trainer's hyperparameters, and over them those of the condition. */
export function settingsOf(
  { trainer, conditions }: Pick<Sweep, 'trainer' | 'conditions'>,
  condition: string,
): TrainingSettings {
  const found = conditions.find(({ name }) => name === condition);
  return settingsUnder({ trainer }, found);
}

/** The same of a condition at hand; of none: the trainer's alone. */
export function settingsUnder(
  { trainer }: Pick<Sweep, 'trainer'>,
  condition?: Pick<Condition, 'hyperparameters' | 'tellDomains'>,
): TrainingSettings {
  return {
    hyperparameters: { ...trainer.hyperparameters, ...condition?.hyperparameters },
    ownHyperparameters: condition?.hyperparameters !== undefined,
    tellDomains: condition?.tellDomains ?? false,
  };
}

/** GPUs that a trainer holds while it runs. Plans of one's own machine that were made before it knew GPUs name none. */
export function gpusOf({ compute }: { compute: Partial<Sweep['compute']> }): number {
  return compute.gpus ?? 0;
}

/** Processes that train a block, or predict, together: one a GPU, wherever that is. The built-in learner is always one. */
export function worldSizeOf({ trainer, compute }: Pick<Sweep, 'trainer' | 'compute'>): number {
  return trainer.kind === 'builtin' ? 1 : Math.max(1, gpusOf({ compute }));
}
