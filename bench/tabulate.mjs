// Measurements of bench/orchestration.mjs as Markdown, a table for each size; "x": times Ratchet's.
// Usage: node bench/tabulate.mjs [results]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = process.argv[2] ?? join(import.meta.dirname, 'results', 'orchestration.json');
const { measurements } = JSON.parse(readFileSync(file, 'utf8'));
const COLUMNS = ['', 'ms, least', 'x', 'ms, median', 'x', 'CPU ms, median', 'x', 'repetitions'];

/** Of one engine at one size. */
function summarise(engine, runs) {
  const of = measurements.filter((one) => one.engine === engine && one.runs === runs);
  const sorted = (field) => of.map((one) => one[field]).toSorted((a, b) => a - b);
  const [walls, cpus] = ['msPerStep', 'cpuMsPerStep'].map(sorted);
  const middle = of.length >> 1;
  return { count: of.length, figures: [walls[0], walls[middle], cpus[middle]] };
}

function toRow(fields) {
  return `| ${fields.join(' | ')} |`;
}

const distinct = (field) => [...new Set(measurements.map((one) => one[field]))];

for (const runs of distinct('runs').toSorted((a, b) => a - b)) {
  const ratchet = summarise('ratchet', runs).figures;
  const rows = distinct('engine')
    .map((engine) => ({ engine, ...summarise(engine, runs) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => a.figures[0] - b.figures[0])
    .map(({ engine, count, figures }) => [
      engine,
      ...figures.flatMap((value, at) => [value.toFixed(1), (value / ratchet[at]).toFixed(1)]),
      count,
    ]);
  const table = [COLUMNS.with(0, `N = ${runs}`), COLUMNS.map(() => '---'), ...rows].map(toRow);
  process.stdout.write(`${table.join('\n')}\n\n`);
}
