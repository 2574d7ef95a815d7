import type { AnswerCounts } from '../contract/references.ts';
import type { CellCounts } from '../contract/results.ts';
import {
  CONVENTIONS,
  OUTCOMES,
  type CellScore,
  type Convention,
  type ExampleScore,
} from '../contract/scores.ts';

/** One cell as counts. */
export function countCell(cell: CellScore, convention: Convention): CellCounts {
  const { examples: answers, truncated, loss } = cell;
  const draws = 1 + answers.reduce((last, { draw = 0 }) => Math.max(last, draw), 0);
  return {
    examples: answers.length / draws,
    ...countAnswers(cell),
    outcomes: record(OUTCOMES, (name) => countWhere(answers, ({ outcome }) => outcome === name)),
    ...(draws > 1 && { draws, byRight: countByRight(answers, draws, convention) }),
    ...(truncated !== undefined && { truncated }),
    ...(loss && { loss }),
  };
}

function countByRight(
  answers: readonly ExampleScore[],
  draws: number,
  convention: Convention,
): number[] {
  const rightOf = new Map<string, number>();
  for (const { id, right } of answers)
    rightOf.set(id, (rightOf.get(id) ?? 0) + (right[convention] ? 1 : 0));
  const counts = Array.from({ length: draws + 1 }, () => 0);
  for (const right of rightOf.values()) counts[right] = (counts[right] ?? 0) + 1;
  return counts;
}

export function countAnswers({ examples }: CellScore): AnswerCounts {
  return {
    right: record(CONVENTIONS, (name) => countWhere(examples, ({ right }) => right[name])),
    nameRight: countWhere(examples, ({ nameRight }) => nameRight),
  };
}

export function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length;
}

export function answersIn({ examples, draws = 1 }: CellCounts): number {
  return examples * draws;
}

export function record<K extends string, V>(
  names: readonly K[],
  value: (name: K) => V,
): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}
