import { METRIC_NAMES, type Comparison, type RunResult } from '../contract/results.ts';
import type { Convention } from '../contract/scores.ts';
import { bootstrapDifference } from './bootstrap.ts';
import { compareConditions, correctForNumber, type Question } from './comparisons.ts';
import type { GatheredSweep } from './gathered-sweep.ts';
import { valueOf, type Replication } from './replications.ts';

/** Fewer resampled seeds give intervals that are too narrow; more need no resampling. */
const BOOTSTRAP_SEEDS = { fewest: 10, most: 100 };
/** Without a declared question the comparisons only describe. */
const UNDECLARED = { metric: 'averageAccuracy', margin: 0, alpha: 0.05 } as const;

type Measured = ReadonlyMap<string, Replication[]>;

/** The declared question, if there is one: with a verdict, and from enough seeds on with a bootstrap beside its interval. */
export function answerQuestion(input: GatheredSweep, measured: Measured): Comparison | null {
  const { question } = input;
  if (!question) return null;
  const pairs = pairsOf(measured, question);
  const bootstrap = bootstrapPairs(pairs, { ...question, convention: input.convention });
  return compare(input, pairs, { ...question, declared: true, bootstrap });
}

function bootstrapPairs(
  pairs: readonly PairedSeed[],
  { metric, alpha, convention }: Question & { convention: Convention },
): Comparison['bootstrap'] {
  const isKnown = (replication: Replication): boolean =>
    valueOf(replication, (run) => run.metrics[metric]) !== null;
  const complete = pairs.filter(({ treatment, control }) => isKnown(treatment) && isKnown(control));
  const { fewest, most } = BOOTSTRAP_SEEDS;
  if (complete.length < fewest || complete.length > most) return null;
  const gathered = complete.map(({ treatment, control }) => {
    return { treatment: treatment.gathered, control: control.gathered };
  });
  return bootstrapDifference(gathered, { metric, convention, level: 1 - alpha });
}

/** Everything else that can be compared; claims nothing. */
export function exploreRest(input: GatheredSweep, measured: Measured): Comparison[] {
  return correctForNumber(
    listExploratory(input).map((question) =>
      compare(input, pairsOf(measured, question), {
        ...question,
        declared: false,
        bootstrap: null,
      }),
    ),
  );
}

interface PairedSeed {
  seed: number;
  treatment: Replication;
  control: Replication;
}

function pairsOf(measured: Measured, { treatment, control }: Question): PairedSeed[] {
  const controls = measured.get(control) ?? [];
  return (measured.get(treatment) ?? []).flatMap((replication, index) => {
    const other = controls[index];
    return other ? [{ seed: replication.seed, treatment: replication, control: other }] : [];
  });
}

function compare(
  { testTrainRatio }: GatheredSweep,
  pairs: readonly PairedSeed[],
  question: Question & { declared: boolean; bootstrap: Comparison['bootstrap'] },
): Comparison {
  const pick = (run: RunResult): number | null => run.metrics[question.metric];
  const seeds = pairs.map(({ seed, treatment, control }) => ({
    seed,
    treatment: valueOf(treatment, pick),
    control: valueOf(control, pick),
  }));
  return compareConditions({ ...question, testTrainRatio, seeds });
}

/** Each two conditions that are compared in anything. */
export function pairsCompared(input: GatheredSweep): { treatment: string; control: string }[] {
  const compared = [...(input.question ? [input.question] : []), ...listExploratory(input)];
  const byName = compared.map(({ treatment, control }) => {
    return [JSON.stringify([treatment, control]), { treatment, control }] as const;
  });
  return [...new Map(byName).values()];
}

/** The declared contrast on the other metrics, then every other condition against its control, else against the first. */
function listExploratory({ conditions, question }: GatheredSweep): Question[] {
  const names = conditions.map(({ name }) => name);
  if (!question) {
    const [control = '', ...others] = names;
    return others.map((treatment) => ({ ...UNDECLARED, treatment, control }));
  }
  const metrics = METRIC_NAMES.filter((name) => name !== question.metric);
  const { treatment, control } = question;
  const others = names.filter((name) => name !== treatment && name !== control);
  return [
    ...metrics.map((metric) => ({ ...question, metric })),
    ...others.map((name) => ({ ...question, treatment: name })),
  ];
}
