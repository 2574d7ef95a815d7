import { readPlan } from '../activities/plans.ts';
import { digestOf } from '../contract/digest.ts';
import type { DeviceUnit } from '../contract/ledger.ts';
import { trainingOf } from '../plan/cells.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanPreview } from '../plan/preview.ts';
import { gpusOf } from '../plan/training-settings.ts';
import { openStore } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { groupByUnit, heldSeconds, readTries, type Try } from '../store/tries.ts';
import type { Home } from '../worker/home.ts';
import { listSweeps } from './catalog.ts';

/** What a plan is likely to cost, in seconds of devices, by what the same trainer took before. */
export interface CostEstimate {
  unit: DeviceUnit;
  trainSeconds: number;
  evaluateSeconds: number;
  /** Blocks and evaluations that it rests on. */
  measured: number;
}

/** Sweeps that are looked at, the latest: what a trainer takes now says more than what it once took. */
const MOST_SWEEPS = 20;

/** Null where no sweep of this home has measured the trainer with so many GPUs. */
export async function estimateCost(
  home: Home,
  plan: Plan,
  preview: PlanPreview,
): Promise<CostEstimate | null> {
  const gpus = gpusOf(plan.spec);
  const pace = { train: new Pace(), evaluate: new Pace() };
  for (const { store: url, plan: digest } of (await listSweeps(home)).slice(0, MOST_SWEEPS)) {
    const found = await readMeasured(url, digest, plan);
    for (const tries of groupByUnit(found.tries)) {
      const done = tries.find(({ end }) => end?.result === 'done');
      if (done?.gpus !== gpus) continue;
      const examples = done.stage === 'train' ? found.examples.get(done.unit) : done.predicted;
      pace[done.stage].add(examples ?? 0, tries);
    }
  }
  if (pace.train.units === 0) return null;
  const examples = preview.conditions.reduce((sum, row) => sum + row.examples, 0);
  return {
    unit: gpus > 0 ? 'GPU' : 'processor',
    trainSeconds: pace.train.secondsFor(examples),
    evaluateSeconds: pace.evaluate.secondsFor(preview.predictions),
    measured: pace.train.units + pace.evaluate.units,
  };
}

/** Seconds of devices an example, repetitions and starts included. */
class Pace {
  units = 0;
  private examples = 0;
  private seconds = 0;

  add(examples: number, tries: readonly Try[]): void {
    if (examples === 0) return;
    this.units += 1;
    this.examples += examples;
    for (const one of tries) this.seconds += heldSeconds(one) * Math.max(1, one.gpus);
  }

  secondsFor(examples: number): number {
    return this.examples === 0 ? 0 : (this.seconds / this.examples) * examples;
  }
}

interface Measured {
  tries: Try[];
  /** Examples trained on, by block key. */
  examples: Map<string, number>;
}

const NOTHING: Measured = { tries: [], examples: new Map() };

async function readMeasured(url: string, digest: string, wanted: Plan): Promise<Measured> {
  try {
    const store = await openStore(url);
    const plan = await readPlan(store, digest);
    if (describeTrainer(plan) !== describeTrainer(wanted)) return NOTHING;
    const examples = plan.lineages.flatMap((lineage) =>
      lineage.blocks.map((key, block) => [key, trainingOf(plan, lineage, block).examples] as const),
    );
    return { tries: await readTries(store, plan.sweep), examples: new Map(examples) };
  } catch (error) {
    if (error instanceof StoreError) return NOTHING;
    throw error;
  }
}

function describeTrainer({ trainer, spec }: Plan): string {
  const own = spec.conditions.flatMap(({ hyperparameters }) => hyperparameters ?? []);
  return digestOf([trainer.identity, spec.trainer.hyperparameters, ...own]);
}
