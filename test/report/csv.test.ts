import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../contract/results.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import {
  tabulateComparisons,
  tabulatePublished,
  tabulateReferences,
} from '../../report/csv-comparisons.ts';
import { tabulateLedger } from '../../report/csv-ledger.ts';
import { tabulateLosses } from '../../report/csv-training.ts';
import { tabulateCells, tabulateRuns, tabulateStrata } from '../../report/csv-runs.ts';
import { renderReports } from '../../report/reports.ts';
import { resolvePublished } from '../../spec/resolve-published.ts';
import { sampleSweep } from '../metrics/sample-sweep.ts';
import { history, holed, hostile, results } from './samples.ts';

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
  const rows = parseCsv(tabulateRuns(results).text);

  test('has one line a run with all digits of every metric', () => {
    expect(rows).toHaveLength(10);
    const run = results.conditions['strip']?.runs[4];
    const row = rows.find(({ condition, seed }) => condition === 'strip' && seed === '5');
    expect(Number(row?.['average_accuracy'])).toBe(run?.metrics.averageAccuracy);
    expect(Number(row?.['bwt'])).toBe(run?.metrics.bwt);
    expect(Object.keys(row ?? {})).toHaveLength(3 + METRIC_NAMES.length);
  });

  test('leaves empty what is missing', () => {
    const row = parseCsv(tabulateRuns(holed).text).find(
      ({ condition, seed }) => condition === 'strip' && seed === '2',
    );
    expect(row?.['average_accuracy']).toBe('');
    expect(row?.['fwt']).not.toBe('');
  });
});

describe('cells.csv', () => {
  const rows = parseCsv(tabulateCells(results).text);

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
    const cell = parseCsv(tabulateCells(holed).text).filter(({ examples }) => examples === '');
    expect(cell).toHaveLength(1);
    expect(cell[0]).toMatchObject({
      condition: 'strip',
      seed: '2',
      after_block: '4',
      right_exact: '',
    });
  });

  test('keeps commas, quotes and what looks like a formula as text', () => {
    const names = new Set(parseCsv(tabulateCells(hostile).text).map(({ domain }) => domain));
    expect(names).toContain('a,b "c"');
    expect(names).toContain("'=1+1");
  });
});

describe('comparisons.csv', () => {
  const rows = parseCsv(tabulateComparisons(results).text);

  test('has the declared question first, then what is exploratory', () => {
    expect(rows.map(({ declared }) => declared)).toEqual(['1', ...rows.slice(1).map(() => '0')]);
    expect(rows[0]).toMatchObject({ metric: 'average_accuracy', verdict: 'improved', p_holm: '' });
    expect(Number(rows[0]?.['difference'])).toBe(results.question?.difference.mean);
  });

  test('gives p values that hold for all exploratory comparisons together', () => {
    for (const row of rows.slice(1)) {
      expect(Number(row['p_holm'])).toBeGreaterThanOrEqual(Number(row['p_t']));
      expect(row['verdict']).toBe('');
    }
  });
});

describe('references.csv and strata.csv', () => {
  test('have what scores are held against, as counts', () => {
    const rows = parseCsv(tabulateReferences(results).text);
    expect(rows).toHaveLength(2 * 5 * 4);
    const counts = { examples: '40', copyable: '36', untrained_exact: '8', gold_replay_bfcl: '40' };
    expect(rows[0]).toMatchObject({ condition: 'keep', seed: '1', domain: 'account', ...counts });
  });

  test('have a line for each run and stratum, empty where a cell is missing', () => {
    const rows = parseCsv(tabulateStrata(holed).text);
    expect(rows).toHaveLength(2 * 5 * 7);
    const ofSeed = (seed: string) =>
      rows.find((row) => row['condition'] === 'strip' && row['seed'] === seed);
    expect(ofSeed('1')).toMatchObject({ stratum: 'identical', examples: '40' });
    expect(ofSeed('2')).toMatchObject({ examples: '', right: '' });
  });
});

test('published.csv has a line for each published cell and metric', () => {
  const published = resolvePublished(['trajectory-supervision'], ['keep', 'strip']);
  const against = summariseSweep({ ...sampleSweep(), published });
  const rows = parseCsv(tabulatePublished(against).text);
  expect(rows).toHaveLength(2 * (16 + 5));
  expect(rows[0]).toMatchObject({ condition: 'strip', what: 'R_1,1', published: '0.476' });
});

test('ledger.csv has a line for each try, with its seconds by what they were good for', () => {
  const rows = parseCsv(tabulateLedger(history.ledger).text);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    stage: 'train',
    unit: 'GPU',
    devices: '8',
    cause: 'preempted',
    useful_seconds: '480',
    repeated_seconds: '240',
  });
});

test('the data dictionary explains every column of every table', () => {
  const reports = renderReports(results, history);
  const tables = Object.entries(reports).filter(([name]) => name.endsWith('.csv'));
  expect(tables.map(([name]) => name)).toContain('comparisons.csv');
  for (const [name, text] of tables) {
    const [, ours = ''] = reports['columns.md']?.split(`## ${name}\n`) ?? [];
    for (const column of text.split('\r\n')[0]?.split(',') ?? [])
      expect(ours.split('\n## ')[0]).toContain(`- \`${column}\`: `);
  }
});

test('loss.csv has one line for every point of a curve that was kept', () => {
  const of = { condition: 'keep', seed: '1', block: 'account' };
  expect(parseCsv(tabulateLosses(history.ledger).text)).toEqual([
    { ...of, step: '1', loss: '2.5', learning_rate: '0.0002' },
    { ...of, step: '2', loss: '1.25', learning_rate: '' },
  ]);
});
