import { describe, expect, test } from 'vitest';
import { PAPER_COUNTS } from '../../data/api-bank/as-published.ts';
import { PAPER_BLOCKS } from '../../data/api-bank/paper-blocks.ts';
import { renderHeldOut } from '../../data/held-out.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { renderTraining } from '../../data/training.ts';
import { parseSweep } from '../../spec/parse.ts';
import { type Entry, generateEntries, hubFiles } from './as-published-fixture.ts';
import { KEEP, linesOf, seedsOf } from './rendering.ts';
import { STUDY } from '../spec/study.ts';

const searcher: Entry = {
  instruction: 'Do it.',
  input: 'User: Search.\n',
  output: "API-Request: [ToolSearcher(keywords='a')]",
};

function open(entries: Entry[]): Suite {
  const parsed = parseSweep(
    STUDY.replace('kind: api-bank', 'kind: api-bank, source: paper-1').replace(
      '[account, schedule, health]',
      '[D1, D2, D3, D4]',
    ),
    'study.yaml',
  );
  if ('errors' in parsed) throw new Error(parsed.errors.map(({ found }) => found).join());
  return openSuite(parsed.sweep.suite, hubFiles(entries));
}

describe('the hub as arXiv 2605.09734 used it', () => {
  const suite = open([searcher, ...generateEntries()]);

  test('comes out at the paper’s counts, and counts what it leaves out', () => {
    const sides = suite.domains.map((domain) => suite.examples(domain, 1));
    expect(sides.map(({ train }) => train.length)).toEqual(PAPER_COUNTS.train);
    expect(sides.map(({ heldOut }) => heldOut.length)).toEqual(PAPER_COUNTS.scored);
    expect(sides.reduce((sum, { train }) => sum + train.length, 0)).toBe(2778);
    expect(suite.census.leftOut).toEqual({
      'of ToolSearcher, of no API, or of one with fewer than ten': 1,
      'held out without a call that the published parser reads': 696 - 440,
    });
  });

  test('has its 184 families in 46 a block, each once', () => {
    const families = [...PAPER_BLOCKS.values()];
    expect(families.map(({ length }) => length)).toEqual([46, 46, 46, 46]);
    expect(new Set(families.flat()).size).toBe(184);
  });

  test('has one split, whatever the seed, and warns of what it is', () => {
    expect(suite.examples('D1', 1)).toEqual(suite.examples('D1', 7));
    expect(suite.census.warnings.join(' ')).toMatch(/The split leaks.*As published/);
  });

  test('learns the text of every target, calls or not, from a dialogue in one message', () => {
    const { bytes } = renderTraining(suite, { condition: KEEP, seeds: seedsOf(1), path: [['D1']] });
    const [example] = linesOf<Record<string, unknown>>(bytes);
    expect(example).toMatchObject({
      completion: expect.stringMatching(/^(API-Request|AI): /),
      messages: [{ role: 'system' }, { role: 'user', content: expect.stringContaining('->one') }],
      tools: [],
    });
  });

  test('measures a loss on the text that was learned, which no prompt tells', () => {
    const request = { condition: KEEP, seeds: seedsOf(1), domain: 'D1', limit: 2 };
    const { prompts, gold } = renderHeldOut(suite, request);
    const said = { completion: expect.stringMatching(/^API-Request: /) };
    expect(linesOf(gold.bytes)).toMatchObject([said, said]);
    expect(Buffer.from(prompts.bytes).toString()).not.toContain('completion');
  });

  test('is refused where the counts do not come out, with both', () => {
    expect(() => open(generateEntries().slice(1))).toThrow(
      /lv1-train\.json.*698 700 684 696 trained on.*found 697/,
    );
  });
});
