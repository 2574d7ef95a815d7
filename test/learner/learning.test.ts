import { expect, test } from 'vitest';
import { formatCalls } from '../../contract/call-text.ts';
import type { Example } from '../../contract/dialogue.ts';
import { predict, runToEnd, trainJob, writeLines, writeTools } from './learner-process.ts';
import { museumExamples, toyExamples, TOOLS } from './toy.ts';

const tools = writeTools(TOOLS);
const HELD_OUT = 40;

async function trainOn(examples: readonly Example[], parent?: string): Promise<string> {
  const data = writeLines(examples);
  const job = trainJob({ data, tools, ...(parent === undefined ? {} : { parent }) });
  return `${(await runToEnd(job)).folder}/weights`;
}

/** Share of the examples whose calls are predicted exactly. */
async function measure(examples: readonly Example[], weights: string | null): Promise<number> {
  const texts = await predict(examples, tools, weights);
  const right = texts.filter((text, at) => text === formatCalls(examples[at]?.target ?? []));
  return right.length / examples.length;
}

test('it learns a domain, forgets it after the next one, and carries what it learned to a tool never seen', async () => {
  const first = toyExamples('from', HELD_OUT, 2);
  const second = toyExamples('to', HELD_OUT, 3);
  expect(await measure(first, null)).toBeLessThan(0.1);

  const afterFirst = await trainOn(toyExamples('from', 80, 1));
  expect(await measure(first, afterFirst)).toBeGreaterThan(0.9);
  expect(await measure(museumExamples(6), null)).toBe(0);
  expect(await measure(museumExamples(6), afterFirst)).toBeGreaterThanOrEqual(5 / 6);

  const afterSecond = await trainOn(toyExamples('to', 80, 4), afterFirst);
  expect(await measure(second, afterSecond)).toBeGreaterThan(0.9);
  expect(await measure(first, afterSecond)).toBeLessThan(0.7);
});
