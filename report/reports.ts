import type { History } from '../contract/history.ts';
import type { Results } from '../contract/results.ts';
import type { CsvTable } from './csv.ts';
import { tabulateComparisons, tabulatePublished, tabulateReferences } from './csv-comparisons.ts';
import { tabulateLedger } from './csv-ledger.ts';
import { tabulateLosses } from './csv-training.ts';
import { tabulateCells, tabulateRuns, tabulateStrata } from './csv-runs.ts';
import { tabulateSecondaryRuns } from './csv-secondary.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

/** Every file of a report by its name. */
export function renderReports(results: Results, history: History): Record<string, string> {
  const tables = [
    ...listTables(results),
    tabulateLedger(history.ledger),
    tabulateLosses(history.ledger),
  ];
  return {
    'report.html': renderHtml(results, history),
    'report.md': renderMarkdown(results, history),
    'report.txt': renderTerminal(results),
    ...Object.fromEntries(tables.map(({ name, text }) => [name, text])),
    'columns.md': `# Columns\n\n${tables.map(({ dictionary }) => dictionary).join('\n')}`,
  };
}

/** What only some sweeps have is left out of the others. */
function listTables(results: Results): CsvTable[] {
  return [
    tabulateComparisons(results),
    tabulateRuns(results),
    tabulateCells(results),
    tabulateStrata(results),
    tabulateReferences(results),
    ...tabulateSecondaryRuns(results),
    ...(results.published.length > 0 ? [tabulatePublished(results)] : []),
  ];
}
