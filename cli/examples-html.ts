import { sha256Hex } from '../contract/digest.ts';
import { alignRenderings, changeOf } from '../data/examples/align-pieces.ts';
import { base64OfHex } from '../report/base64.ts';
import { type Content, html, Markup } from '../report/markup.ts';
import type { ComparedExample, ComparedRenderings } from './compare-renderings.ts';
import { describePrompt, isCutBy, isLearned, LEGEND } from './examples-view.ts';

/** Signs stand in the text, so that colours only repeat what it says. */
const STYLE = `:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}
body{margin:2rem}
table{border-collapse:collapse;width:100%;table-layout:fixed;margin-bottom:2rem}
th,td{border:1px solid #8886;padding:.4rem .6rem;text-align:left;vertical-align:top}
th small,.role,caption{color:#808080;font-weight:normal}
caption{text-align:left}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.4 ui-monospace,monospace}
.only{background:#d6452922}.added{background:#2e9e4f22}.other{background:#c9a22722}
.cut pre{text-decoration:line-through;opacity:.6}.loss{background:#2a7fd433}`;
const STYLE_HASH = base64OfHex(sha256Hex(STYLE));

const CLASSES = { ' ': 'same', '-': 'only', '+': 'added', '~': 'other' } as const;

/** The same as the terminal shows, whole, as one file that loads nothing. */
export function renderExamplesHtml(
  compared: ComparedRenderings,
  shown: readonly ComparedExample[],
): string {
  const { domain, seed, side } = compared;
  const title = `${domain}, seed ${seed}, ${side === 'train' ? 'training' : 'held-out'} side`;
  const policy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Examples: ${title} · Ratchet</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${LEGEND}</p>
${shown.map((example) => renderExample(compared, example))}</main>
</body>
</html>
`.text;
}

function renderExample(compared: ComparedRenderings, example: ComparedExample): Markup {
  const { prompts, target, tools, id } = example;
  const heads = prompts.map((prompt, column): Content => {
    const { condition, description } = compared.renderings[column] ?? {};
    const facts = `${description}; ${describePrompt(prompt, compared.side === 'train')}`;
    return html`<th scope="col">${condition ?? ''}<br><small>${facts}</small></th>`;
  });
  const rows = alignRenderings(prompts.map(({ pieces }) => pieces)).map((row): Content => {
    const cells = prompts.map(({ size }, column): Content => {
      const piece = row[column];
      if (!piece) return html`<td></td>`;
      const change = changeOf(row, column);
      const cut = isCutBy(size, piece) ? 'x' : '';
      const look = `${CLASSES[change]}${cut ? ' cut' : ''}`;
      return renderCell(`${change}${cut}`, piece.role, piece.text, look);
    });
    return html`<tr>${cells}</tr>
`;
  });
  const targets = prompts.map((prompt): Content => {
    const learned = isLearned(compared, prompt);
    return renderCell(learned ? '>' : '', 'target', target, learned ? 'loss' : 'same');
  });
  return html`<h2>${id}</h2>
<table>
<caption>tools: ${tools.join(', ')}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}<tr>${targets}</tr>
</tbody>
</table>
`;
}

function renderCell(signs: string, role: string, text: string, look: string): Markup {
  return html`<td class="${look}"><span class="role">${`${signs} ${role}`.trim()}</span><pre>${text}</pre></td>`;
}
