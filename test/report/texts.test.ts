import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../contract/results.ts';
import { percent } from '../../metrics/numbers.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { renderCellsCsv, renderDataDictionary, renderRunsCsv } from '../../report/csv.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { renderReports } from '../../report/reports.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { sampleSweep } from '../metrics/sample-sweep.ts';

const results = summariseSweep(sampleSweep());
const holed = summariseSweep(
  sampleSweep({
    isMissing: ({ condition, seed, block, domain }) =>
      condition === 'strip' && seed === 2 && block === 3 && domain === 'health',
  }),
);
const hostile = summariseSweep(
  sampleSweep({
    domains: ['=1+1', 'a,b "c"', 'x|y\u001b[2J'],
    conditions: ['*keep*', '<b>strip'],
    seeds: 2,
  }),
);

/** Rows of RFC 4180 text as records by column. */
function parseCsv(text: string): Record<string, string>[] {
  const lines = text.split('\r\n').slice(0, -1);
  const [head = [], ...rows] = lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  );
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

describe('runs.csv', () => {
  const rows = parseCsv(renderRunsCsv(results));

  test('has one line a run with all digits of every metric', () => {
    expect(rows).toHaveLength(10);
    const run = results.conditions['strip']?.runs[4];
    const row = rows.find(({ condition, seed }) => condition === 'strip' && seed === '5');
    expect(Number(row?.['average_accuracy'])).toBe(run?.metrics.averageAccuracy);
    expect(Number(row?.['bwt'])).toBe(run?.metrics.bwt);
    expect(Object.keys(row ?? {})).toHaveLength(3 + METRIC_NAMES.length);
  });

  test('leaves empty what is missing', () => {
    const row = parseCsv(renderRunsCsv(holed)).find(
      ({ condition, seed }) => condition === 'strip' && seed === '2',
    );
    expect(row?.['average_accuracy']).toBe('');
    expect(row?.['fwt']).not.toBe('');
  });
});

describe('cells.csv', () => {
  const rows = parseCsv(renderCellsCsv(results));

  test('has one line for every checkpoint and domain, the base included', () => {
    expect(rows).toHaveLength(2 * 5 * 5 * 4);
    const cell = rows.find(
      (row) =>
        row['condition'] === 'keep' && row['after_block'] === '2' && row['domain'] === 'health',
    );
    expect(cell).toMatchObject({ trained_domain: 'schedule', examples: '40', seed: '1' });
    const counts = results.conditions['keep']?.runs[0]?.cells[1]?.[2];
    expect(Number(cell?.['right_exact'])).toBe(counts?.right.exact);
    expect(Number(cell?.['outcome_malformed'])).toBe(counts?.outcomes.malformed);
  });

  test('keeps a missing cell as a line with empty counts', () => {
    const cell = parseCsv(renderCellsCsv(holed)).filter(({ examples }) => examples === '');
    expect(cell).toHaveLength(1);
    expect(cell[0]).toMatchObject({
      condition: 'strip',
      seed: '2',
      after_block: '4',
      right_exact: '',
    });
  });

  test('keeps commas, quotes and what looks like a formula as text', () => {
    const names = new Set(parseCsv(renderCellsCsv(hostile)).map(({ domain }) => domain));
    expect(names).toContain('a,b "c"');
    expect(names).toContain("'=1+1");
  });
});

test('the data dictionary explains every column', () => {
  const dictionary = renderDataDictionary(results);
  for (const text of [renderRunsCsv(results), renderCellsCsv(results)])
    for (const column of text.split('\r\n')[0]?.split(',') ?? [])
      expect(dictionary).toContain(`- \`${column}\`: `);
});

describe('the Markdown report', () => {
  const text = renderMarkdown(results);

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
  test('is a table with mean, interval and difference, then the answer', () => {
    const lines = renderTerminal(results).split('\n');
    expect(lines[0]?.trim().split(/ {2,}/)).toEqual(['keep', 'strip', 'keep − strip']);
    expect(lines[1]).toMatch(/^accuracy +\d+\.\d \[\d+\.\d, \d+\.\d\] +\d/);
    expect(lines.at(-2)).toBe(results.question?.sentence);
  });

  test('names the convention, the seeds and the learner', () => {
    const text = renderTerminal(results);
    for (const part of ['(exact)', '5 seeds', 'no language model']) expect(text).toContain(part);
  });

  test('fits 80 columns for two conditions, but for the sentences', () => {
    const table = renderTerminal(results)
      .split('\n')
      .slice(0, 1 + METRIC_NAMES.length);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
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

test('all files of a report come from the same results', () => {
  const reports = renderReports(holed, {
    format: 'ratchet/history/1',
    sweep: holed.sweep.id,
    blocks: [],
  });
  expect(Object.keys(reports)).toEqual([
    'report.html',
    'report.md',
    'report.txt',
    'runs.csv',
    'cells.csv',
    'columns.md',
  ]);
  const sentence = holed.question?.sentence ?? '';
  expect(reports['report.html']).toContain(sentence);
  expect(reports['report.txt']).toContain(sentence);
});
