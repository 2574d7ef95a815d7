import type { Estimate } from '../contract/results.ts';
import type {
  ConditionSecondary,
  SecondaryComparison,
  SecondaryMeasure,
} from '../contract/secondary.ts';
import { estimateMean, type EstimateOptions } from './estimates.ts';
import { type Replication, valueOf } from './replications.ts';

/** A condition's secondary measures over its seeds; undefined where no run has any. */
export function estimateSecondary(
  replications: readonly Replication[],
  options: EstimateOptions,
): ConditionSecondary | undefined {
  const measures = listMeasures(replications);
  if (measures.length === 0) return undefined;
  const estimate = (measure: SecondaryMeasure): Estimate =>
    estimateMean(
      replications.map((one) => secondaryOf(one, measure)),
      options,
    );
  const passes = measures.filter((measure) => measure.startsWith('pass^'));
  return {
    ...(passes.length > 0 && { passK: (['pass^1', ...passes] as const).map(estimate) }),
    ...(measures.includes('loss') && { loss: estimate('loss') }),
    ...(measures.includes('truncatedRate') && { truncatedRate: estimate('truncatedRate') }),
  };
}

/** Of each pair of conditions every measure that either has; undefined where there is none. */
export function compareSecondary(
  measured: ReadonlyMap<string, Replication[]>,
  pairs: readonly { treatment: string; control: string }[],
  options: EstimateOptions,
): SecondaryComparison[] | undefined {
  const compared = pairs.flatMap(({ treatment, control }) => {
    const [ours, theirs] = [measured.get(treatment) ?? [], measured.get(control) ?? []];
    return listMeasures([...ours, ...theirs]).map((measure): SecondaryComparison => {
      const differences = ours.map((one, seed) => {
        const other = theirs[seed];
        const [a, b] = [secondaryOf(one, measure), other ? secondaryOf(other, measure) : null];
        return a === null || b === null ? null : a - b;
      });
      return { measure, treatment, control, difference: estimateMean(differences, options) };
    });
  });
  return compared.length > 0 ? compared : undefined;
}

function listMeasures(replications: readonly Replication[]): SecondaryMeasure[] {
  const known = replications.flatMap(({ runs }) =>
    runs.flatMap(({ secondary }) => secondary ?? []),
  );
  const draws = Math.max(0, ...known.map(({ passK = [] }) => passK.length));
  return [
    ...Array.from({ length: Math.max(0, draws - 1) }, (_, i) => `pass^${i + 2}` as const),
    ...(known.some(({ loss }) => loss) ? (['loss'] as const) : []),
    ...(known.some(({ truncatedRate }) => truncatedRate !== undefined)
      ? (['truncatedRate'] as const)
      : []),
  ];
}

function secondaryOf(replication: Replication, measure: SecondaryMeasure): number | null {
  return valueOf(replication, ({ secondary }) => {
    if (measure === 'loss') return secondary?.loss?.mean ?? null;
    if (measure === 'truncatedRate') return secondary?.truncatedRate ?? null;
    return secondary?.passK?.[Number(measure.slice('pass^'.length)) - 1] ?? null;
  });
}
