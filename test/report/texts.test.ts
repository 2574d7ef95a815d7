import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../contract/results.ts';
import { STRATA } from '../../contract/strata.ts';
import { percent } from '../../metrics/numbers.ts';
import type { GatheredSweep } from '../../metrics/gathered-sweep.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { renderReports } from '../../report/reports.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { resolvePublished } from '../../spec/resolve-published.ts';
import { sampleSweep } from '../metrics/sample-sweep.ts';
import { history, holed, hostile, results } from './samples.ts';

const MANY = ['keep', 'strip', 'shuffle', 'joint', 'base'];
const many = summariseSweep(
  sampleSweep({ conditions: MANY, joint: ['joint'], untrained: ['base'], seeds: 3 }),
);
/** The second condition learns less than the rule without training gets. */
const floored = summariseSweep(lowerSweep());

function lowerSweep(): GatheredSweep {
  const input = sampleSweep();
  const references = input.references.map((own) =>
    own.condition === 'strip'
      ? { ...own, untrained: { ...own.untrained, right: { exact: 39, 'paper-1': 39, bfcl: 39 } } }
      : own,
  );
  return { ...input, references };
}

describe('the Markdown report', () => {
  const text = renderMarkdown(results);

  test('answers the question first', () => {
    const [, verdict, sentence, beside] = text.split('\n\n');
    expect(verdict).toBe('**improved**');
    expect(sentence).toContain('average accuracy: +17.8 points');
    expect(beside).toContain('probability of improvement');
  });

  test('has baselines, ceilings and strata, and names convention, ceiling and learner', () => {
    expect(text).toContain('| keep, account | 20.0 | 10.0 |');
    expect(text).toContain('trace-only (200)');
    expect(text).toContain('Convention: exact. Ceiling (gold replay): 100.0 %. Learner: built-in');
  });

  test('flags floors beside the numbers', () => {
    expect(renderMarkdown(floored)).toMatch(/\| strip \| .*▽ \|/);
    expect(renderMarkdown(floored)).toContain('▽ strip: BWT and forgetting are at their floor');
    expect(text).not.toContain('▽');
  });

  test('has the verdict, every metric and every cell of the mean matrices', () => {
    expect(text).toContain('**improved**');
    for (const condition of Object.values(results.conditions))
      for (const metric of METRIC_NAMES) expect(text).toContain(percent(condition[metric].mean));
    expect(text).toContain('| keep: after | account | schedule | health | office |');
  });

  test.each([
    { name: 'a full sweep', of: results },
    { name: 'hostile names', of: hostile },
  ])('keeps the columns of each table for $name', ({ of }) => {
    for (const table of renderMarkdown(of)
      .split('\n\n')
      .filter((block) => block.startsWith('|'))) {
      const widths = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test('keeps names from being read as Markdown or HTML', () => {
    expect(renderMarkdown(hostile)).toContain('\\*keep\\*');
    expect(renderMarkdown(hostile)).not.toContain('<b>');
  });

  test('calls a missing cell missing only where no seed has it', () => {
    expect(renderMarkdown(holed)).toContain('(n=4)');
    expect(renderMarkdown(holed)).toContain('1 of 200 cells are missing');
  });
});

describe('the end of a run in the terminal', () => {
  test('is the answer, then a table with mean, interval and difference', () => {
    const [answer, beside, gap, heading, accuracy] = renderTerminal(results).split('\n');
    expect(answer).toBe(results.question?.sentence);
    expect(beside).toMatch(/^permutation floor \(smallest p\): 0\.0625; .*settle it: about \d+\.$/);
    expect(gap).toBe('');
    expect(heading?.trim().split(/ {2,}/)).toEqual(['keep', 'strip', 'keep − strip']);
    expect(accuracy).toMatch(/^accuracy +\d+\.\d \[\d+\.\d, \d+\.\d\] +\d/);
  });

  test('says first that nothing was asked, where nothing was', () => {
    const open = summariseSweep({ ...sampleSweep(), question: null });
    expect(renderTerminal(open)).toMatch(/^No question was declared: all is exploratory\.\n\n/);
  });

  test('has conditions down where there are many, still within 120 columns', () => {
    const lines = renderTerminal(many).split('\n').slice(3, 14);
    expect(lines[0]?.trim().split(/ {2,}/)).toEqual([
      'accuracy',
      'BWT',
      'forgetting',
      'names right',
    ]);
    expect(lines.slice(2, 7).map((line) => line.split('  ')[0])).toEqual(MANY);
    for (const line of lines.slice(0, 7)) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('marks BWT and forgetting where nothing was learned that could be forgotten', () => {
    const text = renderTerminal(floored);
    expect(text).toMatch(/^BWT .*▽/m);
    expect(text).toMatch(/^forgetting .*▽/m);
    expect(text).toContain('▽ strip: BWT and forgetting are at their floor on account');
    expect(renderTerminal(results)).not.toContain('▽');
  });

  test('names the convention, the seeds and the learner', () => {
    const text = renderTerminal(results);
    for (const part of [
      '(exact; ceiling 100.0 %)',
      '5 seeds, which vary fold',
      'no language model',
    ])
      expect(text).toContain(part);
  });

  test('fits 80 columns for two conditions, but for the sentences', () => {
    const table = renderTerminal(results)
      .split('\n')
      .slice(3, 4 + METRIC_NAMES.length);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('has floor, ceilings and strata in one line a condition', () => {
    const lines = renderTerminal(results).split('\n');
    const at = lines.findIndex((line) => line.trim().startsWith('floor'));
    const columns = lines[at]?.trim().split(/ {2,}/);
    const strata = STRATA.map((name) => expect.stringMatching(new RegExp(`^${name} \\(\\d+\\)$`)));
    expect(columns).toEqual(['floor', 'copy', 'gold', ...strata]);
    expect(lines[at + 1]).toMatch(/^keep +20\.0 +90\.0 +100\.0 +55\.5 /);
  });

  test('says in a line how far published numbers are', () => {
    const published = resolvePublished(['trajectory-supervision'], ['keep', 'strip']);
    const text = renderTerminal(summariseSweep({ ...sampleSweep(), published }));
    expect(text).toMatch(/^keep − trajectory supervision, B .*: accuracy −3\.7, BWT −6\.9, /m);
  });

  test('says what is missing and over how many seeds a mean is', () => {
    const text = renderTerminal(holed);
    expect(text).toContain('1 of 200 cells are missing.');
    expect(text).toMatch(/accuracy.* n=4/);
  });

  test('is painted by its caller', () => {
    const text = renderTerminal(holed, (line, style) => `<${style}>${line}`);
    for (const style of ['heading', 'plain', 'faint', 'warning', 'strong'])
      expect(text).toContain(`<${style}>`);
  });

  test('lets no name steer the terminal', () => {
    const escape = String.fromCharCode(27);
    const learner = { ...hostile.learner, description: `a${escape}[31m model` };
    expect(renderTerminal({ ...hostile, learner })).not.toContain(escape);
  });
});

test('what one has to know of the data is said in every text', () => {
  expect(renderMarkdown(results)).toContain('\n\n**The split leaks.**\n\n');
  expect(renderTerminal(results)).toContain('\nThe split leaks.\n');
});

test('the Markdown tells what each condition cost', () => {
  const text = renderMarkdown(results, history);
  expect(text).toContain('| cost | useful | repeated | failed | starting | queued |');
  expect(text).toContain('| keep, GPU time | 20.3 min | 4.0 min | 0.0 s | 2.3 min | 2.0 h |');
  expect(renderMarkdown(results)).not.toContain('| cost |');
});

test('all files of a report come from the same results', () => {
  const reports = renderReports(holed, history);
  expect(Object.keys(reports)).toEqual([
    'report.html',
    'report.md',
    'report.txt',
    'comparisons.csv',
    'runs.csv',
    'cells.csv',
    'strata.csv',
    'references.csv',
    'ledger.csv',
    'loss.csv',
    'columns.md',
  ]);
  const sentence = holed.question?.sentence ?? '';
  expect(reports['report.html']).toContain(sentence);
  expect(reports['report.txt']).toContain(sentence);
});
