import { expect, test } from 'vitest';
import type { Example } from '../../contract/dialogue.ts';
import { openBuiltin } from '../../data/builtin.ts';
import { scoreCell } from '../../metrics/verdicts.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { predict, runToEnd, trainJob, writeLines, writeTools } from '../learner/learner-process.ts';

/** One seed of the default suite with every call in its trace, learned for real: some 20 seconds of CPU. */
const PATIENCE = 300_000;
const SEED = 1;

const suite = openBuiltin({ kind: 'builtin', ...BUILTIN_PRESETS.default });
const tools = writeTools(suite.tools);
const domains = suite.domains.map((domain) => suite.examples(domain, SEED));

async function learn(examples: readonly Example[], parent?: string): Promise<string> {
  const job = trainJob({
    data: writeLines(examples),
    tools,
    seed: SEED,
    ...(parent && { parent }),
  });
  return `${(await runToEnd(job)).folder}/weights`;
}

/** Share of a domain's held-out calls that are exactly right. */
async function measure(examples: readonly Example[], weights: string): Promise<number> {
  const texts = await predict(examples, tools, weights);
  const predictions = texts.map((text, at) => ({ id: examples[at]?.id ?? '', text }));
  const { examples: scored } = scoreCell(examples, predictions);
  return scored.filter(({ right }) => right.exact).length / scored.length;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test(
  'learned all at once the domains end between 60 and 90 %',
  async () => {
    const weights = await learn(domains.flatMap(({ train }) => train));
    const all = domains.flatMap(({ heldOut }) => heldOut);
    const accuracy = await measure(all, weights);
    expect(accuracy).toBeGreaterThanOrEqual(0.6);
    expect(accuracy).toBeLessThanOrEqual(0.9);
  },
  PATIENCE,
);

test(
  'learned one after another at least 10 points are forgotten',
  async () => {
    const justLearned: number[] = [];
    let weights: string | undefined;
    for (const { train, heldOut } of domains) {
      weights = await learn(train, weights);
      justLearned.push(await measure(heldOut, weights));
    }
    const earlier = domains.slice(0, -1);
    const last = weights ?? '';
    const atTheEnd = await Promise.all(earlier.map(({ heldOut }) => measure(heldOut, last)));
    const drops = atTheEnd.map((accuracy, domain) => (justLearned[domain] ?? 0) - accuracy);
    expect(meanOf(drops)).toBeGreaterThanOrEqual(0.1);
  },
  PATIENCE,
);
