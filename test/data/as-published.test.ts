import { describe, expect, test } from 'vitest';
import { shuffleAsPython } from '../../contract/python-random.ts';
import { PAPER_COUNTS } from '../../data/api-bank/as-published.ts';
import { PAPER_BLOCKS } from '../../data/api-bank/paper-blocks.ts';
import { HUB_FILES } from '../../data/api-bank/training.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite, SuiteSource } from '../../data/suite.ts';
import { renderTraining } from '../../data/training.ts';
import { parseSweep } from '../../spec/parse.ts';
import { KEEP, linesOf, seedsOf } from './rendering.ts';
import { STUDY } from '../spec/study.ts';

interface Entry {
  instruction: string;
  input: string;
  output: string;
}

const total = (block: number): number =>
  (PAPER_COUNTS.train[block] ?? 0) + (PAPER_COUNTS.heldOut[block] ?? 0);

/** As many entries a block as the paper has, of its families, and as many readable calls on the held-out side. */
function generateEntries(): Entry[] {
  const blocks = [...PAPER_BLOCKS.values()];
  const shuffled = shuffleAsPython(
    blocks.map((_, block) => Array.from({ length: total(block) }, (_entry, index) => index)),
    42,
  );
  return blocks.flatMap((families, block) => {
    const heldOut = (shuffled[block] ?? []).slice(PAPER_COUNTS.train[block]);
    const unreadable = new Set(heldOut.slice(PAPER_COUNTS.scored[block]));
    return Array.from({ length: total(block) }, (_, index) => {
      const family = families[index % families.length];
      const input = `User: Number ${block}.${index}.\nAPI-Request: [${family}(a='1')]->one\nGenerate API Request:\n`;
      const output = unreadable.has(index) ? 'AI: What for?' : `API-Request: [${family}(a='2')]`;
      return { instruction: 'Do it.', input, output };
    });
  });
}

const searcher: Entry = {
  instruction: 'Do it.',
  input: 'User: Search.\n',
  output: "API-Request: [ToolSearcher(keywords='a')]",
};

function open(entries: Entry[]): Suite {
  const third = Math.ceil(entries.length / 3);
  const sources = HUB_FILES.map((name, index): SuiteSource => {
    const part = entries.slice(index * third, (index + 1) * third);
    return { name, bytes: new TextEncoder().encode(JSON.stringify(part)) };
  });
  const parsed = parseSweep(
    STUDY.replace('kind: api-bank', 'kind: api-bank, source: paper-1').replace(
      '[account, schedule, health]',
      '[D1, D2, D3, D4]',
    ),
    'study.yaml',
  );
  if ('errors' in parsed) throw new Error(parsed.errors.map(({ found }) => found).join());
  return openSuite(parsed.sweep.suite, sources);
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

  test('is refused where the counts do not come out, with both', () => {
    expect(() => open(generateEntries().slice(1))).toThrow(
      /lv1-train\.json.*698 700 684 696 trained on.*found 697/,
    );
  });
});
