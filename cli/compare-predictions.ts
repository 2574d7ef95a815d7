import type { Convention } from '../contract/scores.ts';
import {
  type AnswerPair,
  countFlips,
  type ExampleFlips,
  type FlipCounts,
  groupFlips,
} from '../metrics/flips.ts';
import { type CellChoice, type ListedPrediction, listPredictions } from './list-predictions.ts';
import type { OpenedSweep } from './open-sweep.ts';

/** Two conditions at equal seeds, example by example. */
export interface ComparedPredictions {
  treatment: string;
  control: string;
  convention: Convention;
  /** Of all pairs, one a seed and example. */
  counts: FlipCounts;
  examples: ComparedPrediction[];
}

export interface ComparedPrediction
  extends Pick<ListedPrediction, 'id' | 'domain' | 'promptEnd' | 'gold'> {
  counts: FlipCounts;
  answers: {
    seed: number;
    draw?: number;
    treatment: string;
    control: string;
    treatmentRight: boolean;
    controlRight: boolean;
  }[];
}

interface PairedPrediction extends AnswerPair {
  treatment: ListedPrediction;
  control: ListedPrediction;
}

/** Pairs predictions by seed, order, domain and example; what only one condition has is left out. */
export async function comparePredictions(
  opened: Pick<OpenedSweep, 'store' | 'plan'>,
  { treatment, control, ...choice }: CellChoice & { treatment: string; control: string },
  isWanted: (one: ListedPrediction) => boolean,
): Promise<ComparedPredictions> {
  const { convention } = opened.plan;
  const read = async (condition: string): Promise<ListedPrediction[]> =>
    (await listPredictions(opened, { ...choice, conditions: [condition] })).filter(isWanted);
  const others = new Map((await read(control)).map((one) => [placeOf(one), one]));
  const pairs = (await read(treatment)).flatMap((one): PairedPrediction[] => {
    const other = others.get(placeOf(one));
    if (!other) return [];
    return [
      {
        example: JSON.stringify([one.domain, one.goldFile, one.id]),
        seed: one.seed,
        treatmentRight: one.right[convention],
        controlRight: other.right[convention],
        treatment: one,
        control: other,
      },
    ];
  });
  const examples = groupFlips(pairs).map(describeExample);
  return { treatment, control, convention, counts: countFlips(pairs), examples };
}

/** Conditions of other strategies end at checkpoints of other names. */
function placeOf({ seed, order, domain, id, draw }: ListedPrediction): string {
  return JSON.stringify([seed, order, domain, id, draw]);
}

function describeExample({ counts, pairs }: ExampleFlips<PairedPrediction>): ComparedPrediction {
  const [first] = pairs as [PairedPrediction];
  const { id, domain, promptEnd, gold } = first.treatment;
  return {
    id,
    domain,
    promptEnd,
    gold,
    counts,
    answers: pairs
      .map(({ seed, treatment, control, treatmentRight, controlRight }) => ({
        seed,
        ...(treatment.draw !== undefined && { draw: treatment.draw }),
        treatment: treatment.prediction,
        control: control.prediction,
        treatmentRight,
        controlRight,
      }))
      .toSorted((a, b) => a.seed - b.seed),
  };
}
