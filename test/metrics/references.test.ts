import { describe, expect, test } from 'vitest';
import type { DomainReferences, ReferenceCounts } from '../../contract/references.ts';
import { STRATA, TARGET_STRATA, TRACE_STRATA } from '../../contract/strata.ts';
import type { GatheredSweep } from '../../metrics/gathered-sweep.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { sampleSweep, type SampleOptions } from './sample-sweep.ts';

function referencesOf(
  condition: string,
  change: (own: ReferenceCounts) => ReferenceCounts = (own) => own,
  options: SampleOptions = {},
): DomainReferences[] {
  const input = sampleSweep(options);
  const results = summariseSweep({ ...input, references: input.references.map(change) });
  return results.conditions[condition]?.references ?? [];
}

/** Gives the rule without training so many of 40 right. */
function withRule(right: number): (own: ReferenceCounts) => ReferenceCounts {
  return (own) => ({
    ...own,
    untrained: { ...own.untrained, right: { exact: right, 'paper-1': 0, bfcl: 40 } },
  });
}

describe('what scores are held against', () => {
  test('is a share of the held-out examples, domain by domain in the order of the stream', () => {
    const references = referencesOf('keep');
    expect(references.map(({ domain }) => domain)).toEqual([
      'account',
      'schedule',
      'health',
      'office',
    ]);
    expect(references[0]).toMatchObject({ untrained: 0.2, untrainedNames: 0.5, majority: 0.1 });
    expect(references[0]).toMatchObject({ majorityNames: 0.4, copyCeiling: 0.9, goldReplay: 1 });
  });

  test('is the mean over seeds', () => {
    const [account] = referencesOf('keep', (own) => withRule(own.seed === 1 ? 40 : 0)(own));
    expect(account?.untrained).toBeCloseTo(1 / 5, 12);
  });

  test('follows the headline convention', () => {
    const input = sampleSweep();
    const references = input.references.map(withRule(4));
    const results = summariseSweep({ ...input, references, convention: 'bfcl' });
    expect(results.conditions['keep']?.references[0]?.untrained).toBe(1);
  });

  test('stands beside what was learned: after the block of the domain and after the last', () => {
    const results = summariseSweep(sampleSweep());
    const keep = results.conditions['keep'];
    const mean = (pick: (matrix: (number | null)[][]) => number | null | undefined): number => {
      const values = (keep?.runs ?? []).map(({ matrix }) => pick(matrix) ?? Number.NaN);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(keep?.references[1]?.taught).toBeCloseTo(
      mean((matrix) => matrix[1]?.[1]),
      12,
    );
    expect(keep?.references[1]?.final).toBeCloseTo(
      mean((matrix) => matrix[3]?.[1]),
      12,
    );
  });

  test('is unknown where it was not gathered', () => {
    const results = summariseSweep({ ...sampleSweep(), references: [] });
    const [account] = results.conditions['keep']?.references ?? [];
    expect(account).toMatchObject({ untrained: null, copyCeiling: null, goldReplay: null });
  });
});

describe('the floor', () => {
  test('is the best answer without training: the rule, the commonest target or the base', () => {
    const [byRule] = referencesOf('keep', withRule(20));
    expect(byRule?.floor).toBe(0.5);
    const [byTarget] = referencesOf('keep', withRule(0));
    expect(byTarget?.floor).toBe(0.1);
    const bare = (own: ReferenceCounts): ReferenceCounts => ({
      ...withRule(0)(own),
      majorityTarget: { right: { exact: 0, 'paper-1': 0, bfcl: 0 }, nameRight: 0 },
    });
    const [byBase] = referencesOf('keep', bare);
    expect(byBase?.floor).toBe(byBase?.zeroShot);
    expect(byBase?.floor).toBeGreaterThan(0);
  });

  test('is reached by what was taught no better than that, and not by more', () => {
    const [account] = referencesOf('keep');
    const right = 40 * (account?.taught ?? Number.NaN);
    expect(referencesOf('keep', withRule(right))[0]?.atFloor).toBe(true);
    expect(referencesOf('keep', withRule(right - 1))[0]?.atFloor).toBe(false);
  });

  test('is no question for a condition that no block teaches one domain', () => {
    const [account] = referencesOf('joint', (own) => own, {
      conditions: ['keep', 'joint'],
      joint: ['joint'],
    });
    expect(account).toMatchObject({ taught: null, atFloor: null });
    expect(account?.final).not.toBeNull();
  });
});

describe('strata', () => {
  const input = sampleSweep({ seeds: 3 });
  const results = summariseSweep(input);
  const [run] = results.conditions['keep']?.runs ?? [];

  test('hold every example of the last row once by the trace, and once by the target', () => {
    for (const group of [TRACE_STRATA, TARGET_STRATA]) {
      const counts = group.map((name) => run?.strata?.[name] ?? { examples: 0, right: 0 });
      const cells = run?.cells.at(-1) ?? [];
      const all = cells.reduce((sum, cell) => sum + (cell?.examples ?? 0), 0);
      const right = cells.reduce((sum, cell) => sum + (cell?.right.exact ?? 0), 0);
      expect(counts.reduce((sum, { examples }) => sum + examples, 0)).toBe(all);
      expect(counts.reduce((sum, one) => sum + one.right, 0)).toBe(right);
    }
  });

  test('are estimated over seeds, with the examples of all of them', () => {
    const novel = results.conditions['keep']?.strata.novel;
    const shares = (results.conditions['keep']?.runs ?? []).map(
      ({ strata }) => (strata?.novel.right ?? 0) / (strata?.novel.examples ?? 0),
    );
    expect(novel?.mean).toBeCloseTo(shares.reduce((sum, share) => sum + share, 0) / 3, 12);
    expect(novel).toMatchObject({ n: 3, examples: 3 * 96 });
  });

  test('leave out a seed without such examples, and one with a missing cell', () => {
    const bare = new Map(input.strata);
    const [first = 0, second = 0] = input.seeds;
    bare.set(first, withoutSeen(input, first));
    bare.delete(second);
    const strata = summariseSweep({ ...input, strata: bare }).conditions['keep']?.strata;
    expect(strata?.seen).toMatchObject({ n: 1, examples: 32 });
    expect(strata?.novel).toMatchObject({ n: 2, examples: 160 + 96 });
    const holed = sampleSweep({ isMissing: ({ seed, block }) => seed === 1 && block === 3 });
    const [absent] = summariseSweep(holed).conditions['keep']?.runs ?? [];
    expect(absent?.strata).toBeNull();
  });

  test('are the same for every condition', () => {
    const counts = Object.values(results.conditions).map(({ strata }) =>
      STRATA.map((name) => strata[name].examples),
    );
    expect(counts[1]).toEqual(counts[0]);
  });
});

function withoutSeen(
  { strata }: GatheredSweep,
  seed: number,
): NonNullable<ReturnType<GatheredSweep['strata']['get']>> {
  const domains = [...(strata.get(seed) ?? [])].map(([domain, examples]) => {
    const novel = [...examples].map(([id, own]) => [id, { ...own, target: 'novel' }] as const);
    return [domain, new Map(novel)] as const;
  });
  return new Map(domains);
}
