import type { Results } from '../contract/results.ts';
import { STRATA, type Stratum } from '../contract/strata.ts';
import { count, interval, level, percent } from '../metrics/numbers.ts';
import { definitionList, section, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeScores, describeSeeds } from './phrases.ts';

export const STRATUM_MEANINGS: Record<Stratum, string> = {
  identical: 'no earlier call: the prompt is the same with and without the trace',
  both: 'all values of the target stand in the prompt without the trace',
  'trace-only': 'all values stand in the prompt, some only in earlier calls and results',
  neither: 'some value stands nowhere in the prompt: it has to be derived or known',
  seen: 'the target stands word for word in the training data of the seed',
  novel: 'the target does not stand in the training data of the seed, its tools do',
  'new-tool': 'the target calls a tool that no training example of the seed calls',
};

/** Where a condition is right: by what its prompts could tell, and by whether the target was learned. */
export function renderStrata(results: Results): Markup {
  const known = knownStrata(results);
  if (known.length === 0) return html``;
  const rows = Object.entries(results.conditions).map(([name, { strata }]): Content[] => [
    html`<span class="metric">${name}</span>`,
    ...known.map((stratum) => stratumCell(strata[stratum])),
  ]);
  const head = known.map(
    (name) => html`${name}<small>${examplesOf(results, name)} examples</small>`,
  );
  return section(
    'strata',
    'By what could be known',
    html`<p>Percent right after the last block, all domains together: mean and ${level(results.intervals.level)} interval over ${describeSeeds(results)}. The strata of the trace hold every example once, by what keeping the trace adds to its prompt; seen, novel and new-tool hold each once more.</p>`,
    table({ look: 'dense', head: ['', ...head], rows }),
    definitionList(known.map((name) => [name, STRATUM_MEANINGS[name]])),
    html`<p class="note">${describeScores(results)}</p>`,
  );
}

/** Strata that hold an example. */
export function knownStrata({ conditions }: Results): Stratum[] {
  return STRATA.filter((name) =>
    Object.values(conditions).some(({ strata }) => strata[name].examples > 0),
  );
}

/** Of all seeds; conditions that lack cells have fewer. */
export function examplesOf({ conditions }: Results, name: Stratum): string {
  return count(Math.max(...Object.values(conditions).map(({ strata }) => strata[name].examples)));
}

function stratumCell(estimate: Results['conditions'][string]['strata'][Stratum]): Markup {
  const { mean, n } = estimate;
  if (mean === null) return html`<span class="without">none</span>`;
  return html`<b>${percent(mean)}</b> <span class="range">${interval(estimate)}</span><small>n = ${n}</small>`;
}
