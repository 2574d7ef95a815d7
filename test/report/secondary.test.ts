import { describe, expect, test } from 'vitest';
import { nats, percent } from '../../metrics/numbers.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { renderHtml } from '../../report/html.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { renderReports } from '../../report/reports.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { sampleSweep } from '../metrics/sample-sweep.ts';
import { history, results } from './samples.ts';
import { tagsOf, unclosed } from './tags.ts';

const drawn = summariseSweep(sampleSweep({ draws: 6, loss: true }));
const own = drawn.conditions['keep']?.secondary;

describe.each([
  { name: 'HTML', render: renderHtml },
  { name: 'Markdown', render: renderMarkdown },
  { name: 'terminal', render: renderTerminal },
])('the $name report', ({ render }) => {
  const text = render(drawn).replaceAll('\\', '');

  test('has pass^k, the loss and what was cut, and calls them exploratory', () => {
    for (const said of ['exploratory', 'pass^1', 'pass^4', 'pass^6', 'loss per token'])
      expect(text).toContain(said);
    expect(text).not.toContain('pass^5');
    expect(text).toContain(`${nats(own?.loss?.mean ?? null)} [`);
    expect(text).toContain(`${percent(own?.passK?.[5]?.mean ?? null)} [`);
    expect(text).toMatch(/keep − strip[^\n]*−0\.\d{3} \[−0\.\d{3}, −0\.\d{3}\]/);
  });

  test('has nothing of it where nothing is measured', () => {
    expect(render(results)).not.toMatch(/pass\^|loss per token|answers cut/);
  });
});

test('the HTML report stays well-formed, with the losses after each block', () => {
  const page = renderHtml(drawn);
  expect(unclosed(tagsOf(page))).toEqual([]);
  expect(page).toContain('Loss after each block');
});

describe('the tables', () => {
  const files = renderReports(drawn, history);

  test('have every pass^k of every run, and every difference', () => {
    const lines = files['secondary.csv']?.split('\r\n') ?? [];
    expect(lines[0]).toBe('condition,seed,order,measure,value');
    expect(lines).toHaveLength(1 + 2 * 5 * (6 + 2) + 1);
    const run = drawn.conditions['strip']?.runs[2]?.secondary;
    const order = drawn.orders[0]?.join(' ');
    expect(lines).toContain(`strip,3,${order},pass^5,${run?.passK?.[4]}`);
    expect(lines).toContain(`strip,3,${order},loss,${run?.loss?.mean}`);
    expect(files['secondary-comparisons.csv']?.split('\r\n')).toHaveLength(1 + (5 + 2) + 1);
  });

  test('have draws, losses and cuts cell by cell', () => {
    const [head = '', ...rows] = files['cells.csv']?.split('\r\n') ?? [];
    expect(head).toMatch(/,draws,truncated,loss_nats,loss_tokens$/);
    expect(rows[0]).toMatch(/,6,4,[\d.]+,500$/);
  });

  test('are left out where nothing is measured', () => {
    expect(renderReports(results, history)).not.toHaveProperty(['secondary.csv']);
  });
});
