import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom, deriveSeed } from '../../contract/random.ts';
import type { Example } from '../../contract/dialogue.ts';
import type { Comparison } from '../../contract/results.ts';
import { renderTraces } from '../../data/traces/render-trace.ts';
import { compareConditions } from '../../metrics/comparisons.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { DEFAULTS } from '../../spec/defaults.ts';
import { parseSweep } from '../../spec/parse.ts';
import { createBuiltinSuite } from '../../worlds/builtin-suite.ts';

const SWEEPS = 100;
const SEEDS_PER_SWEEP = 6;
/** Binomial(100, 0.05): more than 9 come out three times in a hundred. */
const MOST_CLAIMS = 9;
/** As many held-out calls as make a seed noisy; what is learned from plays no part here. */
const dialoguesPerDomain = { train: 1, heldOut: 6 };

const suite = createBuiltinSuite({ ...BUILTIN_PRESETS.null, dialoguesPerDomain });
const heldOutBySeed = Array.from({ length: SWEEPS * SEEDS_PER_SWEEP }, (_, seed) => {
  return suite.domains.flatMap((domain) => suite.examples(domain, seed + 1).heldOut);
});
const renderings = ['keep', 'strip'] as const;
type Trace = (typeof renderings)[number];

/** Stands for a learner: which of the two listed tools is called, by whatever there is to go by. */
type Rule = (prompt: Omit<Example, 'target'>, seed: number, trace: Trace) => number;

const RULES: Record<string, Rule> = {
  'guesses anew under every condition': ({ id }, seed, trace) => {
    return createRandom(deriveSeed(seed, id, trace)).below(2);
  },
  'goes by every character of its prompt': ({ messages }) => JSON.stringify(messages).length % 2,
  'goes by the latest result, and without one by the user': ({ messages }) => {
    const read = messages.findLast(({ role }) => role === 'tool') ?? messages.at(-1);
    return (read?.content ?? '').length % 2;
  },
};

function accuracyOf(rule: Rule, seed: number, trace: Trace): number {
  const { examples } = renderTraces(heldOutBySeed[seed - 1] ?? [], trace, seed);
  const right = examples.filter(({ target, ...prompt }) => {
    return prompt.tools[rule(prompt, seed, trace)] === target[0]?.name;
  });
  return right.length / examples.length;
}

/** The declared question of one simulated sweep, answered as for a real one. */
function answerSweep(rule: Rule, sweep: number): Comparison {
  const seeds = Array.from({ length: SEEDS_PER_SWEEP }, (_, index) => {
    const seed = sweep * SEEDS_PER_SWEEP + index + 1;
    const [treatment = null, control = null] = renderings.map((trace) => {
      return accuracyOf(rule, seed, trace);
    });
    return { seed, treatment, control };
  });
  const { margin, alpha } = DEFAULTS.question;
  return compareConditions({
    treatment: 'keep',
    control: 'strip',
    metric: 'averageAccuracy',
    margin,
    alpha,
    seeds,
    testTrainRatio: 0,
    declared: true,
    bootstrap: null,
  });
}

function isClaim({ verdict }: Comparison): boolean {
  return verdict === 'improved' || verdict === 'regressed';
}

test('an example is the last call of a dialogue, by one of two tools without arguments', () => {
  for (const { messages, target, tools } of heldOutBySeed.flat()) {
    expect(tools).toHaveLength(2);
    expect(target).toEqual([
      { name: expect.toSatisfy((name) => tools.includes(name)), arguments: {} },
    ]);
    expect(messages.at(-1)?.role).toBe('user');
  }
});

test('there is a trace, and strip takes it away', () => {
  const all = heldOutBySeed.flat();
  for (const trace of renderings) {
    const shown = renderTraces(all, trace, 0).examples.filter(({ messages }) => {
      return messages.some(({ role }) => role === 'tool');
    });
    expect(shown).toHaveLength(trace === 'keep' ? all.length : 0);
  }
});

test('either call is as often right in every domain, in training as in what is held out', () => {
  const { domains, examples } = createBuiltinSuite(BUILTIN_PRESETS.null);
  for (const domain of domains) {
    const sides = Array.from({ length: 20 }, (_, seed) => examples(domain, seed + 1));
    for (const side of [
      sides.flatMap((each) => each.train),
      sides.flatMap((each) => each.heldOut),
    ]) {
      const first = side.filter(({ target, tools }) => target[0]?.name === tools[0]).length;
      const threeSigma = 1.5 / Math.sqrt(side.length);
      expect(Math.abs(first / side.length - 0.5)).toBeLessThan(threeSigma);
    }
  }
});

describe.each(Object.entries(RULES))('a learner that %s', (_, rule) => {
  const sweeps = Array.from({ length: SWEEPS }, (_sweep, index) => answerSweep(rule, index));
  const differences = sweeps.flatMap(({ pairs }) => pairs.map((pair) => pair.difference ?? 0));

  test('is right one time in two with the trace and without it', () => {
    for (const side of ['treatment', 'control'] as const) {
      const scores = sweeps.flatMap(({ pairs }) => pairs.map((pair) => pair[side] ?? 0));
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      const threeSigma = 1.5 / Math.sqrt(heldOutBySeed.flat().length);
      expect(Math.abs(mean - 0.5)).toBeLessThan(threeSigma);
    }
  });

  test('differs between the two from seed to seed', () => {
    const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0);
    expect(Math.sqrt(squares / differences.length)).toBeGreaterThan(DEFAULTS.question.margin);
  });

  test('gives no more claims in 100 sweeps than a rate of 5 % explains', () => {
    expect(sweeps.filter(isClaim).length).toBeLessThanOrEqual(MOST_CLAIMS);
  });
});

test('over all of them the rate of claims stays at or below the stated one', () => {
  const sweeps = Object.values(RULES).flatMap((rule) => {
    return Array.from({ length: SWEEPS }, (_, index) => answerSweep(rule, index));
  });
  const claims = sweeps.filter(isClaim).length;
  expect(claims).toBeGreaterThan(0);
  expect(claims / sweeps.length).toBeLessThanOrEqual(DEFAULTS.question.alpha);
});

test('examples/null.yaml asks of three seeds of the preset, and no three differences can give it a verdict', () => {
  const file = join(import.meta.dirname, '../../examples/null.yaml');
  const parsed = parseSweep(readFileSync(file, 'utf8'), file);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  const { suite: settings, seeds, question } = parsed.sweep;
  expect(settings).toEqual({ kind: 'builtin', ...BUILTIN_PRESETS.null });
  expect(seeds).toEqual([1, 2, 3]);
  if (!question) throw new Error('it asks nothing');
  const answered = compareConditions({
    ...question,
    seeds: seeds.map((seed) => ({ seed, treatment: 1, control: 0 })),
    testTrainRatio: 0,
    declared: true,
    bootstrap: null,
  });
  expect(answered.verdict).toBe('insufficient');
});
