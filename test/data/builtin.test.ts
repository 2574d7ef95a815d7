import { expect, test } from 'vitest';
import { formatCalls, parseCalls } from '../../contract/call-text.ts';
import { openSuite, suiteFiles } from '../../data/open-suite.ts';
import { countTraces } from '../../data/trace-count.ts';
import { renderTraces } from '../../data/traces/render-trace.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';

const suite = openSuite({
  kind: 'builtin',
  ...BUILTIN_PRESETS.default,
  dialoguesPerDomain: { train: 6, heldOut: 3 },
});
const digest = (noise: number): string =>
  openSuite({ kind: 'builtin', ...BUILTIN_PRESETS.default, noise }).digest;

const all = (seed: number) =>
  suite.domains.flatMap((domain) => {
    const { train, heldOut } = suite.examples(domain, seed);
    return [...train, ...heldOut];
  });

test('the built-in suite needs no files', () => {
  expect(suiteFiles({ kind: 'builtin', ...BUILTIN_PRESETS.default })).toEqual({ names: [] });
});

test('every example calls tools that its prompt lists and the suite knows', () => {
  for (const example of all(1)) {
    expect(example.target.length).toBeGreaterThan(0);
    for (const call of example.target) expect(example.tools).toContain(call.name);
    for (const name of example.tools) expect(suite.tools[name]?.function.name).toBe(name);
  }
});

test('every target is read back from its text', () => {
  for (const { target } of all(1)) expect(parseCalls(formatCalls(target)).calls).toEqual(target);
});

test('every seed has dialogues of its own, the same ones every time', () => {
  const first = all(1);
  const second = all(2);
  expect(all(1)).toEqual(first);
  const ids = new Set(first.map((example) => example.id));
  expect(ids.size).toBe(first.length);
  expect(second.filter((example) => ids.has(example.id))).toEqual([]);
  expect([suite.variant(1), suite.variant(2)]).toEqual([1, 2]);
});

test('the census counts what the seeds hold', () => {
  for (const seed of [1, 2]) {
    const examples = all(seed);
    expect(suite.census.examples).toEqual(countTraces(examples));
    expect(suite.census.dialogues).toBe(new Set(examples.map(({ dialogue }) => dialogue)).size);
  }
});

test('dialogues hold traces under keep and none under strip', () => {
  for (const domain of suite.domains) {
    const { train } = suite.examples(domain, 1);
    expect(countTraces(train).withTrace).toBeGreaterThan(0);
    expect(countTraces(renderTraces(train, 'strip', 1).examples).withTrace).toBe(0);
  }
});

test('a knob that changes the examples changes the digest', () => {
  expect(digest(0.1)).toBe(digest(0.1));
  expect(digest(0.1)).not.toBe(digest(0.2));
});
