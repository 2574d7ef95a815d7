import { type CauseName, resultOf } from '../contract/causes.ts';
import { FIRST_PLACEMENT, type PlacedUnit } from '../contract/activities.ts';
import { digestOf } from '../contract/digest.ts';
import { growMemory } from '../k8s/containers.ts';
import type { Stage } from '../k8s/job-request.ts';
import { cellsOf } from '../plan/cells.ts';
import { gpusOf } from '../plan/training-settings.ts';
import type { TryEnd } from '../store/tries.ts';
import { causeOf } from './cause-of.ts';
import type { PlannedUnit } from './task.ts';
import { TryMeter } from './try-meter.ts';
import type { TryObserver } from './try-observer.ts';

/** What a unit makes: a block, or the predictions of all its cells, whichever of them are missing by now. */
export function unitOf(stage: Stage, { plan, lineage, block }: PlannedUnit): string {
  if (stage === 'train') return lineage.blocks[block ?? -1] ?? '';
  return digestOf(cellsOf(plan, lineage, block).map(({ prediction }) => prediction));
}

export function openMeter(
  stage: Stage,
  task: PlannedUnit,
  placed: PlacedUnit,
  observer?: TryObserver,
): TryMeter {
  const { store, plan, lineage, label } = task;
  const { compute } = plan.spec;
  const { memoryGrowths, avoidNodes } = placed.placement ?? FIRST_PLACEMENT;
  const inPod = compute.kind === 'kubernetes';
  const work = {
    key: plan.sweep,
    stage,
    unit: unitOf(stage, task),
    condition: lineage.condition,
    seed: lineage.seed,
    block: label,
    gpus: gpusOf(plan.spec),
    memory: inPod ? growMemory(compute.memory, memoryGrowths) : null,
    avoidNodes,
  };
  return new TryMeter(store, work, observer);
}

/** Does the work, and ends its account as the work ends; one that another worker goes on following stays open. */
export async function keepAccount<T>(
  meter: TryMeter,
  {
    signal,
    leave,
    spent,
  }: { signal: AbortSignal; leave: () => Promise<boolean> } & Required<Pick<PlacedUnit, 'spent'>>,
  act: () => Promise<T>,
): Promise<T> {
  try {
    const done = await act();
    await meter.end({ result: 'done' });
    return done;
  } catch (error) {
    if (!signal.aborted) await meter.end(describeEnd(error, spent));
    else if (await leave()) await meter.settle();
    else await meter.end({ result: 'stopped' });
    throw error;
  }
}

function describeEnd(error: unknown, spent: Partial<Record<CauseName, number>>): TryEnd {
  const cause = causeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  return {
    result: resultOf(cause),
    cause,
    message: Buffer.from(said.slice(0, 2000), 'utf8').toString('utf8'),
    failures: (spent[cause] ?? 0) + 1,
  };
}
