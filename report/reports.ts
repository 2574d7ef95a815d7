import type { History, Results } from '../contract/results.ts';
import { renderHtml } from './html.ts';
import { renderTerminal } from './terminal.ts';

/** Every file of a report by its name. */
export function renderReports(results: Results, history: History): Record<string, string> {
  return {
    'report.html': renderHtml(results, history),
    'report.txt': renderTerminal(results),
  };
}
