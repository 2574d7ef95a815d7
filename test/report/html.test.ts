import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../contract/results.ts';
import { STRATA } from '../../contract/strata.ts';
import { percent } from '../../metrics/numbers.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { renderHtml } from '../../report/html.ts';
import { html } from '../../report/markup.ts';
import { resolvePublished } from '../../spec/resolve-published.ts';
import { sampleSweep, type SampleOptions } from '../metrics/sample-sweep.ts';
import { history } from './samples.ts';
import { tagsOf, unclosed } from './tags.ts';

const results = summariseSweep(sampleSweep());
const page = renderHtml(results);

function render(options: SampleOptions): string {
  return renderHtml(summariseSweep(sampleSweep(options)));
}

describe('the report as one file', () => {
  test.each([
    { name: 'a full sweep', text: page },
    { name: 'one run', text: render({ seeds: 1, conditions: ['only'], domains: ['one'] }) },
    {
      name: 'several orders',
      text: render({
        seeds: 2,
        orders: [
          ['account', 'schedule', 'health', 'office'],
          ['office', 'health', 'schedule', 'account'],
        ],
      }),
    },
    {
      name: 'joint training and the untrained base',
      text: render({
        conditions: ['keep', 'joint', 'base'],
        joint: ['joint'],
        untrained: ['base'],
        seeds: 3,
      }),
    },
    { name: 'nothing but missing cells', text: render({ isMissing: () => true }) },
    { name: 'a history', text: renderHtml(results, history) },
  ])('is well-formed for $name', ({ text }) => {
    expect(unclosed(tagsOf(text))).toEqual([]);
  });

  test('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img|<iframe/i);
    const names = tagsOf(page).flatMap(({ attributes }) => attributes.map(([name]) => name));
    for (const name of names) expect(name).not.toMatch(/^(on.*|style|src|href|srcset|action)$/);
  });

  test('allows by its policy exactly its own style sheet', () => {
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy?.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
  });

  test('stays below 300 kB for 5 seeds of 4 domains', () => {
    expect(renderHtml(results, history).length).toBeLessThan(300_000);
  });

  test('is the same for equal results', () => {
    expect(renderHtml(structuredClone(results))).toBe(page);
  });
});

describe('hostile names', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><b onload="x',
    "'&amp;${x}",
    '</style></table>',
    '\u0000\u001b[2J',
  ];
  const text = render({
    domains: hostile,
    conditions: ['<u>keep', 'strip">'],
    name: '</title><script>',
    seeds: 3,
  });

  test('stay text', () => {
    const tags = tagsOf(text);
    expect(unclosed(tags)).toEqual([]);
    expect(tags.map(({ name }) => name)).not.toContain('script');
    expect(tags.map(({ name }) => name)).not.toContain('u');
    expect(tags.flatMap(({ attributes }) => attributes.map(([name]) => name))).not.toContain(
      'onload',
    );
  });

  test('are still readable', () => {
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&lt;u&gt;keep');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('are escaped by every placeholder, in text and in attributes', () => {
    const bad = `<&>"'`;
    expect(html`<p title="${bad}">${[bad, html`<b>${bad}</b>`, 7]}</p>`.text).toBe(
      '<p title="&lt;&amp;&gt;&quot;&#39;">&lt;&amp;&gt;&quot;&#39;<b>&lt;&amp;&gt;&quot;&#39;</b>7</p>',
    );
  });
});

describe('what the report shows', () => {
  test('every number of every condition, run and cell', () => {
    for (const condition of Object.values(results.conditions)) {
      for (const metric of METRIC_NAMES)
        expect(page).toContain(`<b>${percent(condition[metric].mean)}</b>`);
      for (const run of condition.runs)
        for (const value of [...run.matrix.flat(), ...run.zeroShot, ...Object.values(run.metrics)])
          expect(page).toContain(`<td>${percent(value)}</td>`);
    }
  });

  test('the verdict and the sentence of the declared question', () => {
    expect(results.question?.verdict).toBe('improved');
    expect(page).toContain('Improved</p>');
    expect(page).toContain(results.question?.sentence);
  });

  test('that there is no question, where none was declared', () => {
    const open = renderHtml(summariseSweep({ ...sampleSweep(), question: null }));
    expect(open).toContain('No question was declared');
  });

  test('what made the scores, under which convention, from which data', () => {
    for (const part of [
      'built-in copy model (CPU), no language model',
      'paper-1',
      'which vary fold, order of examples, initialisation',
      'ab12'.repeat(16),
      'cd34'.repeat(16),
      '10 exact duplicates, 3 without a call',
      'The split leaks.',
    ])
      expect(page).toContain(part);
  });
});

describe('what the report shows beside its numbers', () => {
  test('for every chart a name and a table of its data', () => {
    for (const { name, attributes } of tagsOf(page)) {
      if (name !== 'svg' || attributes.length === 0) continue;
      const keys = attributes.map(([key]) => key);
      expect(keys.includes('aria-label') || keys.includes('aria-hidden')).toBe(true);
    }
    for (const figure of page.split('<figure>').slice(1)) expect(figure).toContain('<summary>Data');
  });

  test('ceilings where they are known', () => {
    const input = sampleSweep();
    const references = input.references.filter(({ condition }) => condition === 'keep');
    const text = renderHtml(summariseSweep({ ...input, references }));
    expect(text).toMatch(/gold replay<\/th><td>100\.0<\/td>/);
    expect(text).toMatch(/gold replay<\/th><td>not known<\/td>/);
  });

  test('baselines and ceilings of every condition and domain, as a picture and as numbers', () => {
    for (const { references } of Object.values(results.conditions))
      for (const { final, domain } of references) {
        expect(page).toContain(`after the last block ${percent(final)}`);
        expect(page).toContain(`aria-label="${domain} between baseline and ceiling"`);
      }
    expect(page).toContain('<td>20.0 (50.0)</td><td>10.0 (40.0)</td>');
    expect(page).toContain('copy ceiling 90.0');
  });

  test('the strata of every condition, each with its examples', () => {
    for (const condition of Object.values(results.conditions))
      for (const stratum of STRATA)
        expect(page).toContain(`<b>${percent(condition.strata[stratum].mean)}</b>`);
    expect(page).toContain('novel<small>480 examples</small>');
    expect(renderHtml(summariseSweep({ ...sampleSweep(), strata: new Map() }))).not.toContain(
      'By what could be known',
    );
  });

  test('what its intervals are over, beside each of them', () => {
    const sections = page
      .split('<section')
      .filter((part) => /class="(range|band|span)"/.test(part));
    for (const part of sections) expect(part).toContain('which vary fold');
    expect(sections.length).toBeGreaterThan(4);
  });

  test('that BWT and forgetting are at their floor, beside the number', () => {
    const text = render({ conditions: ['keep', 'strip', 'low', 'lower'] });
    expect(text).toMatch(/<small class="few"[^>]*>▽ floor: 3 domains<\/small>/);
    expect(text).toContain('▽ lower: BWT and forgetting are at their floor on account');
    expect(page).not.toContain('▽');
  });

  test('a bootstrap of seeds and dialogues from ten seeds on', () => {
    expect(render({ seeds: 10 })).toContain('<dt>crossed bootstrap</dt><dd>[');
    expect(page).not.toContain('<dt>crossed bootstrap</dt><dd>[');
  });

  test('distances from published numbers, where there are any', () => {
    const published = resolvePublished(['trajectory-supervision'], ['keep', 'strip']);
    const text = renderHtml(summariseSweep({ ...sampleSweep(), published }));
    expect(text).toContain('Distance from published numbers');
    expect(text).toContain('<small>47.6 → ');
    expect(text).toContain('No FWT: it needs the zero-shot scores');
    expect(page).not.toContain('Distance from published numbers');
  });

  test('conditions down instead of across where there are many', () => {
    const conditions = ['keep', 'strip', 'c', 'd', 'e'];
    const text = render({ conditions, seeds: 2 });
    expect(text).toContain('<table class="dense">');
    expect(text).toContain('<summary>Formulas</summary>');
    expect(unclosed(tagsOf(text))).toEqual([]);
  });

  test('how it went, when it is told', () => {
    const text = renderHtml(results, history);
    expect(text).toContain('3 attempts, 41 steps done again');
    expect(text).toContain('killed &lt;at&gt; step 41');
    expect(page).not.toContain('How it went');
  });

  test('where the time of GPUs went, as a picture and as numbers', () => {
    const text = renderHtml(results, history);
    expect(text).toContain('aria-label="Time by what it was good for"');
    expect(text).toContain('<title>repeated 4.0 min (15.0 %)</title>');
    expect(text).toContain(
      'keep, 1</th><td>GPU time</td><td>2</td><td>20.3 min</td><td>4.0 min</td>',
    );
    expect(text).toMatch(/class="l-failed"[^>]*><title>failed 12\.8 min \(96\.3 %\)/);
    expect(text).toContain('<title>waited 2.0 h</title>');
  });

  test('what training cost, what is not known as such, and how the loss fell', () => {
    const text = renderHtml(results, history);
    expect(text).toContain(
      '<th scope="row">keep</th><td>12,346</td><td>41.2</td><td>–</td><td>–</td><td>71.5</td><td>0.4 s (0.4 %)</td>',
    );
    expect(text).toMatch(
      /aria-label="Training loss of account by step".*class="s0"><path class="line" d="M/,
    );
    expect(renderHtml(results, { ...history, ledger: { rows: [], tries: [] } })).not.toContain(
      'id="training"',
    );
  });

  test('what trainers warned of', () => {
    expect(renderHtml(results, history)).toContain(
      '3 of 20 &lt;prompts&gt; were cut</th><td>2</td>',
    );
  });

  test('no cost where nothing was paid for', () => {
    expect(renderHtml(results, { ...history, ledger: { rows: [], tries: [] } })).not.toContain(
      'What it cost',
    );
  });
});

describe('what is missing', () => {
  const holed = render({
    isMissing: ({ condition, seed, block }) => condition === 'strip' && (seed === 2 || block === 1),
  });

  test('is called missing, and never a number', () => {
    expect(holed).toContain('cells are missing');
    expect(holed).toMatch(/<td class="absent[^"]*">missing<\/td>/);
    expect(holed).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('shows in hollow marks and in n where only some seeds have it', () => {
    expect(holed).toContain('n=4');
    expect(holed).toContain('n = 4 of 5');
    expect(holed).toMatch(/class="mark s1 hollow"/);
    expect(page).not.toContain('hollow"');
  });
});
