import type { History } from '../contract/history.ts';
import type { Results } from '../contract/results.ts';
import { renderAnswer } from './answer.ts';
import { several } from './elements.ts';
import { renderCurves } from './curves.ts';
import { renderDifferences } from './differences.ts';
import { renderMatrices } from './heatmap.ts';
import { renderLedger } from './ledger.ts';
import { html, Markup, type Content } from './markup.ts';
import { renderMetricTable } from './metric-table.ts';
import { renderDefinitions, renderHistory, renderLearner, renderProvenance } from './notes.ts';
import { renderOutcomes } from './outcomes.ts';
import { renderPublished } from './published.ts';
import { renderReferences } from './references.ts';
import { renderSecondary } from './secondary.ts';
import { renderStrata } from './strata.ts';
import { STYLE, STYLE_HASH } from './style.ts';
import { renderConventions, renderData, renderRuns } from './tables.ts';
import { renderTraining } from './training.ts';

/** The whole report as one HTML file: no script, nothing loaded, readable from a folder, on paper and in the dark. */
export function renderHtml(results: Results, history?: History): string {
  const policy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
  const body: Content[] = [
    renderHeader(results),
    renderAnswer(results),
    renderMetricTable(results),
    renderMatrices(results),
    renderCurves(results),
    renderReferences(results),
    renderStrata(results),
    renderDifferences(results),
    renderPublished(results),
    renderOutcomes(results),
    renderSecondary(results),
    renderRuns(results),
    renderConventions(results),
    renderLearner(results),
    renderData(results),
    renderDefinitions(results),
    renderProvenance(results),
    ...(history
      ? [
          renderTraining(results, history.ledger),
          renderLedger(history.ledger),
          renderHistory(history),
        ]
      : []),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${results.sweep.name} · Ratchet</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`.text;
}

function renderHeader({
  sweep,
  suite,
  domains,
  conditions,
  seeds,
  orders,
  cells,
  learner,
}: Results): Markup {
  const sizes = [
    several(domains.length, 'domain'),
    several(Object.keys(conditions).length, 'condition'),
    several(seeds.length, 'seed'),
    ...(orders.length > 1 ? [several(orders.length, 'order')] : []),
  ];
  const gaps =
    cells.missing > 0
      ? html`<p class="alarm">${cells.missing} of ${cells.planned} cells are missing. What depends on them is shown as missing.</p>`
      : '';
  return html`<header><p class="eyebrow">Ratchet sweep report</p><h1>${sweep.name}</h1><p>${suite}: ${domains.join(' → ')}</p><p class="sizes">${sizes.map((size) => html`<span>${size}</span>`)}<span>${learner.description}</span></p>${gaps}</header>\n`;
}
