/**
 * pass^k for each k up to n: the chance that k draws of an example are all right, estimated without bias as the mean over
 * examples of C(c, k) / C(n, k) for c right ones of n draws (Yao et al., 2024, "tau-bench"). Entry k - 1 is pass^k.
 *
 * @param byRight entry c: how many examples have c right draws of n = byRight.length - 1
 */
export function passAll(byRight: readonly number[]): number[] {
  const draws = byRight.length - 1;
  const examples = byRight.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: draws }, (_, index) => {
    const passed = byRight.map((count, right) => count * chooseShare(right, draws, index + 1));
    return passed.reduce((sum, value) => sum + value, 0) / examples;
  });
}

/** C(c, k) / C(n, k) as a product of fractions, which no number of draws makes overflow. */
function chooseShare(c: number, n: number, k: number): number {
  let share = 1;
  for (let i = 0; i < k; i++) share *= Math.max(0, c - i) / (n - i);
  return share;
}
