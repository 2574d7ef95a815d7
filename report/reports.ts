import type { History } from '../contract/history.ts';
import type { Results } from '../contract/results.ts';
import { renderCellsCsv, renderDataDictionary, renderRunsCsv } from './csv.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

/** Every file of a report by its name. */
export function renderReports(results: Results, history: History): Record<string, string> {
  return {
    'report.html': renderHtml(results, history),
    'report.md': renderMarkdown(results),
    'report.txt': renderTerminal(results),
    'runs.csv': renderRunsCsv(results),
    'cells.csv': renderCellsCsv(results),
    'columns.md': renderDataDictionary(results),
  };
}
