import { describe, expect, test } from 'vitest';
import type { PublishedMatrix } from '../../contract/published.ts';
import type { PublishedComparison } from '../../contract/results.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { parseSweep } from '../../spec/parse.ts';
import { sampleSweep, type SampleOptions } from './sample-sweep.ts';

const PUBLISHED: PublishedMatrix = {
  name: 'theirs',
  condition: 'keep',
  matrix: [
    [0.5, 0.1],
    [0.3, 0.6],
  ],
  metrics: { nameAccuracy: 0.8 },
  source: 'a paper',
  convention: 'paper-1',
  learner: 'a large model',
  remarks: ['One seed.'],
};

function compare(
  published: PublishedMatrix[],
  options: SampleOptions = {},
): { comparisons: PublishedComparison[]; results: ReturnType<typeof summariseSweep> } {
  const results = summariseSweep({
    ...sampleSweep({ domains: ['a', 'b'], ...options }),
    published,
  });
  return { comparisons: results.published, results };
}

function distanceOf(
  comparison: PublishedComparison | undefined,
  metric: string,
): PublishedComparison['metrics'][number] | undefined {
  return comparison?.metrics.find((one) => one.metric === metric);
}

describe('a sweep held against published numbers', () => {
  const { comparisons, results } = compare([PUBLISHED]);
  const [comparison] = comparisons;
  const keep = results.conditions['keep'];

  test('gives the distance of our mean from each published cell', () => {
    const runs = keep?.runs ?? [];
    const mean =
      runs.reduce((sum, run) => sum + (run.matrix[1]?.[0] ?? Number.NaN), 0) / runs.length;
    const cell = comparison?.cells?.[1]?.[0];
    expect(cell?.published).toBe(0.3);
    expect(cell?.ours).toBeCloseTo(mean, 12);
    expect(cell?.distance).toBeCloseTo(mean - 0.3, 12);
  });

  test('and of each metric, as published or as the published matrix gives it', () => {
    const { mean } = keep?.averageAccuracy ?? {};
    const accuracy = distanceOf(comparison, 'averageAccuracy');
    expect(accuracy?.published).toBeCloseTo((0.3 + 0.6) / 2, 12);
    expect(accuracy?.ours).toBe(mean);
    expect(accuracy?.distance).toBeCloseTo((mean ?? Number.NaN) - 0.45, 12);
    expect(distanceOf(comparison, 'bwt')?.published).toBeCloseTo(0.3 - 0.5, 12);
    expect(distanceOf(comparison, 'nameAccuracy')).toMatchObject({ published: 0.8 });
  });

  test('leaves out FWT, which no published matrix gives, and says so', () => {
    expect(distanceOf(comparison, 'fwt')).toBeUndefined();
    expect(comparison?.differences.join(' ')).toContain('No FWT');
    const [told] = compare([{ ...PUBLISHED, metrics: { fwt: 0.2 } }]).comparisons;
    expect(distanceOf(told, 'fwt')).toMatchObject({ published: 0.2 });
    expect(told?.differences.join(' ')).not.toContain('No FWT');
  });

  test('says what differs: learner, convention, blocks, and what has to be known besides', () => {
    const text = comparison?.differences.join(' ');
    for (const part of [
      'a large model',
      'no language model',
      'theirs paper-1; here exact',
      'a, b here',
      'One seed.',
    ])
      expect(text).toContain(part);
  });

  test('compares metrics alone where the matrices have different sizes', () => {
    const [other] = compare([PUBLISHED], { domains: ['a', 'b', 'c'] }).comparisons;
    expect(other?.cells).toBeNull();
    expect(other?.differences.join(' ')).toContain('different sizes');
    expect(distanceOf(other, 'averageAccuracy')?.published).toBeCloseTo(0.45, 12);
  });
});

/** The shipped set, as a sweep of these conditions gets it. */
function read(conditions: string): PublishedMatrix[] {
  const parsed = parseSweep(
    `
version: ratchet/v1
name: paper
suite: { kind: api-bank }
stream: { domains: [account, schedule, health, info] }
conditions: ${conditions}
published: [trajectory-supervision]
`,
    'paper.yaml',
  );
  return 'sweep' in parsed ? (parsed.sweep.published ?? []) : [];
}

describe('the set of arXiv 2605.09734', () => {
  const both = read('{ keep: { trace: keep }, strip: { trace: strip } }');

  test('is held against the conditions of its names', () => {
    expect(both.map(({ condition }) => condition)).toEqual(['strip', 'keep']);
    expect(read('{ keep: { trace: keep } }').map(({ condition }) => condition)).toEqual(['keep']);
  });

  test('gives the published average accuracies, and less forgetting with the trace', () => {
    const domains = ['account', 'schedule', 'health', 'info'];
    const { comparisons } = compare(both, { domains });
    const rounded = comparisons.map(({ metrics }) =>
      metrics.map(({ metric, published }) => [metric, (100 * (published ?? 0)).toFixed(1)]),
    );
    expect(rounded).toEqual([
      [
        ['averageAccuracy', '39.2'],
        ['bwt', '-11.4'],
        ['forgetting', '11.4'],
        ['aulc', '42.8'],
        ['nameAccuracy', '66.6'],
      ],
      [
        ['averageAccuracy', '56.9'],
        ['bwt', '-5.9'],
        ['forgetting', '5.9'],
        ['aulc', '58.0'],
        ['nameAccuracy', '74.3'],
      ],
    ]);
  });
});
