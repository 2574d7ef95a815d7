/** Summaries of few runs after Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice". */

const FEWEST = 4;

/** The mean without the lowest and the highest quarter, whole values only (as SciPy's `trim_mean`); null below four. */
export function interquartileMean(values: readonly number[]): number | null {
  if (values.length < FEWEST) return null;
  const cut = Math.floor(values.length / 4);
  const middle = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The share of all pairs of one value from each side in which the first is larger; ties count half. Null without pairs. */
export function probabilityOfLarger(
  firsts: readonly number[],
  seconds: readonly number[],
): number | null {
  if (firsts.length === 0 || seconds.length === 0) return null;
  const wins = firsts.flatMap((first) =>
    seconds.map((second): number => (first === second ? 0.5 : first > second ? 1 : 0)),
  );
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}
