import type { BlockHistory, History } from '../contract/history.ts';
import { METRIC_NAMES, type Results } from '../contract/results.ts';
import { mergeWarnings } from '../contract/trainer-warnings.ts';
import { count } from '../metrics/numbers.ts';
import { GLOSSARY } from './glossary.ts';
import { definitionList, folded, formula, section, several, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';

/** Who made the predictions. */
export function renderLearner({ learner }: Results): Markup {
  return section(
    'learner',
    'Learner',
    html`<p>Every prediction was made by: ${learner.description}.</p>`,
    definitionList([
      ['kind', learner.kind],
      ['identity', html`<code>${learner.identity}</code>`],
    ]),
  );
}

/** What each metric means here; other libraries differ in divisor or sign. */
export function renderDefinitions({ metrics, domains }: Results): Markup {
  const entries = METRIC_NAMES.map((name): [Content, Content] => {
    const { label, formula: text, divisor, higherIsBetter } = metrics[name];
    return [
      label,
      html`${formula(text)}. Divided by ${formula(divisor)}. ${higherIsBetter ? 'Higher' : 'Lower'} is better.`,
    ];
  });
  return section(
    'definitions',
    'Definitions',
    html`<p>${formula('R_ij')} is the score on the j-th domain of the stream after its i-th block, ${formula('Z_j')} that of the untrained base. Here N = ${domains.length}. A metric whose cells are not all there is missing, never averaged over the rest.</p>`,
    definitionList(entries),
    folded('Baselines, ceilings and statistics', definitionList(GLOSSARY)),
  );
}

/** Digests of what went in, and the key of every block. */
export function renderProvenance({ provenance, conditions, sweep, format }: Results): Markup {
  const entries = Object.entries(provenance).map(([label, digest]): [Content, Content] => [
    label,
    html`<code>${digest}</code>`,
  ]);
  const blocks = Object.entries(conditions).flatMap(([name, { runs }]) =>
    runs.flatMap(({ seed, blocks: own }) =>
      own.map(({ key, domain, steps, tokens }): [string, Content[]] => [
        key,
        [`${name}, ${seed}, ${domain}`, html`<code>${key}</code>`, known(steps), known(tokens)],
      ]),
    ),
  );
  const rows = [...new Map(blocks).values()];
  return section(
    'provenance',
    'Provenance',
    definitionList([['sweep', html`<code>${sweep.id}</code>`], ['format', format], ...entries]),
    folded(
      several(rows.length, 'block'),
      table({ head: ['condition, seed, domain', 'key', 'steps', 'tokens'], rows }),
    ),
  );
}

function known(value: number | null): string {
  return value === null ? 'missing' : count(value);
}

/** How it went; none of it can change a result. */
export function renderHistory({ blocks, ledger }: History): Markup {
  const total = (pick: (block: BlockHistory) => number): number =>
    blocks.reduce((sum, block) => sum + pick(block), 0);
  const results = (['trained', 'reused', 'missing'] as const).map(
    (result) => `${count(total((block) => (block.result === result ? 1 : 0)))} ${result}`,
  );
  const failures = blocks.flatMap((block) =>
    block.failures.map(({ stage, cause, message }): Content[] => [
      unitOf(block),
      stage,
      cause,
      message,
    ]),
  );
  const damage = blocks.flatMap((block) =>
    block.damage.map((what): Content[] => [unitOf(block), what]),
  );
  const warnings = mergeWarnings(ledger.tries.map((one) => one.warnings)).map(
    ({ message, times }): Content[] => [message, count(times)],
  );
  return section(
    'history',
    'How it went',
    html`<p>Blocks: ${results.join(', ')}. ${count(total(({ attempts }) => attempts))} attempts, ${count(total(({ repeatedSteps }) => repeatedSteps))} steps done again, ${count(Math.round(total(({ seconds }) => seconds)))} seconds of training. None of this can change a result.</p>`,
    failures.length > 0
      ? table({
          caption: 'Failures',
          look: 'words',
          head: ['block', 'stage', 'cause', 'message'],
          rows: failures,
        })
      : '',
    warnings.length > 0
      ? table({
          caption: 'What trainers warned of',
          look: 'words',
          head: ['warning', 'times'],
          rows: warnings,
        })
      : '',
    damage.length > 0
      ? table({
          caption: 'Damage, made good',
          look: 'words',
          head: ['block', 'what'],
          rows: damage,
        })
      : '',
    folded('Blocks', tabulateBlocks(blocks)),
  );
}

function tabulateBlocks(blocks: BlockHistory[]): Markup {
  return table({
    head: [
      'condition, seed, domain',
      'result',
      'attempts',
      'steps again',
      'seconds',
      'start',
      'end',
    ],
    rows: blocks.map((block) => [
      unitOf(block),
      block.result,
      block.attempts,
      count(block.repeatedSteps),
      block.seconds.toFixed(1),
      block.start ?? '',
      block.end ?? '',
    ]),
  });
}

function unitOf({ condition, seed, domain }: BlockHistory): string {
  return `${condition}, ${seed}, ${domain}`;
}
