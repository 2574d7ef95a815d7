import type { LedgerTry } from '../contract/ledger.ts';
import { type MeanName, MEANS, type Telemetry } from '../contract/telemetry.ts';

/** What the trainers of one condition told of their training, over all its tries; null where none knew. */
export interface TrainingCost extends Record<MeanName, number | null> {
  condition: string;
  /** The most of any try. */
  peakMemoryBytes: number | null;
  /** That training waited for checkpoints, and as a share of the time in which it ran. */
  checkpointSeconds: number | null;
  checkpointShare: number | null;
}

type Told = LedgerTry & { telemetry: Telemetry };

export function summariseTraining(tries: readonly LedgerTry[]): TrainingCost[] {
  const told = tries.filter(hasTelemetry);
  const conditions = [...new Set(told.map(({ condition }) => condition))];
  return conditions.map((condition) => {
    const own = told.filter((one) => one.condition === condition);
    const means = MEANS.map((name) => [name, meanOf(own, name)] as const);
    return {
      condition,
      ...(Object.fromEntries(means) as Record<MeanName, number | null>),
      peakMemoryBytes: most(own.flatMap(({ telemetry }) => telemetry.peakMemoryBytes ?? [])),
      ...sumWaits(own),
    };
  });
}

function hasTelemetry(one: LedgerTry): one is Told {
  return one.telemetry !== null;
}

/** Over all progress of all tries. */
function meanOf(tries: readonly Told[], name: MeanName): number | null {
  const known = tries.flatMap(({ telemetry }) => telemetry.means[name] ?? []);
  const of = sum(known.map((one) => one.of));
  return of === 0 ? null : sum(known.map((one) => (one.mean * one.of) / of));
}

function sumWaits(
  tries: readonly Told[],
): Pick<TrainingCost, 'checkpointSeconds' | 'checkpointShare'> {
  const known = tries.filter(({ telemetry }) => telemetry.checkpointSeconds !== undefined);
  if (known.length === 0) return { checkpointSeconds: null, checkpointShare: null };
  const waited = sum(known.map(({ telemetry }) => telemetry.checkpointSeconds ?? 0));
  const ran = sum(known.map(secondsRun));
  return { checkpointSeconds: waited, checkpointShare: ran > 0 ? waited / ran : null };
}

function secondsRun({ spending, devices }: LedgerTry): number {
  return (spending.useful + spending.repeated + spending.failed) / devices;
}

/** How the loss of one block fell. */
export interface LossCurve {
  condition: string;
  seed: number;
  block: string;
  points: Telemetry['curve'];
}

/** One for each block, from its tries in their order: what a later one did again counts. */
export function joinCurves(tries: readonly LedgerTry[]): LossCurve[] {
  const curves = new Map<string, LossCurve>();
  for (const { condition, seed, block, telemetry } of tries.filter(hasTelemetry)) {
    const [first] = telemetry.curve;
    if (!first) continue;
    const name = JSON.stringify([condition, seed, block]);
    const before = curves.get(name)?.points.filter(({ step }) => step < first.step) ?? [];
    curves.set(name, { condition, seed, block, points: [...before, ...telemetry.curve] });
  }
  return [...curves.values()];
}

function most(values: readonly number[]): number | null {
  return values.length > 0 ? Math.max(...values) : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
