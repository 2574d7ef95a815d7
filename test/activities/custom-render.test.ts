import { expect, test } from 'vitest';
import { loadCustomRender } from '../../activities/custom-render.ts';
import { renderExamples } from '../../data/conditions.ts';
import { answered } from '../data/examples.ts';
import { KEEP, seedsOf } from '../data/rendering.ts';

/** A script as the compiler leaves it. */
const script = (body: string): string => `var exported = { ${body} }; exported;`;

const SIDE = { side: 'train', domain: 'travel' } as const;
const render = (body: string, examples = [answered('a', 'one')], seed = 1) =>
  renderExamples(
    examples,
    { condition: KEEP, custom: loadCustomRender('./own.ts', script(body)) },
    { ...SIDE, seeds: seedsOf(seed) },
  ).examples;

test('a condition of one’s own renders the messages, and nothing else', () => {
  const example = answered('a', 'one');
  const [rendered] = render(`render: ({ messages }) => messages.slice(0, 2)`, [example]);
  expect(rendered).toEqual({ ...example, messages: example.messages.slice(0, 2) });
});

test('it is told side, seed and domain', () => {
  const [rendered] = render(
    `render: (example, { side, seed, domain }) => [{ role: 'user', content: [side, seed, domain].join() }]`,
  );
  expect(rendered?.messages).toEqual([{ role: 'user', content: 'train,1,travel' }]);
});

test('its random numbers follow from seed and example', () => {
  const body = `render: (example, { random }) => [{ role: 'user', content: String(random()) }]`;
  const drawn = (seed: number): unknown =>
    render(body, [answered('a', 'one'), answered('b', 'one')], seed).map(
      ({ messages }) => messages[0]?.content,
    );
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
  expect(new Set(drawn(1) as string[]).size).toBe(2);
});

test.each([
  ['time', 'new Date()'],
  ['chance', 'Math.random()'],
  ['a network', 'fetch("http://localhost")'],
  ['files', 'require("fs")'],
  ['the process', 'process.env'],
  ['code of a text', '(() => {}).constructor("return 1")()'],
])('it has not %s', (_, expression) => {
  expect(() => render(`render: () => ${expression}`)).toThrow(/own\.ts.*example a#1.*an error/);
});

test('what it is given may be written into without harm', () => {
  const example = answered('a', 'one');
  const before = structuredClone(example);
  render(`render: (example) => { example.target = []; return example.messages; }`, [example]);
  expect(example).toEqual(before);
});

test.each([
  ['nothing', 'undefined', /a#1/],
  ['no messages', '[]', /example a#1: expected chat messages/],
  ['another shape', '[{ role: "user", text: "Hi" }]', /messages\.0\.content/],
])('returning %s is refused with the example named', (_, value, message) => {
  expect(() => render(`render: () => (${value})`)).toThrow(message);
});

test('a module without render, and one that throws, are told apart', () => {
  expect(() => loadCustomRender('./own.ts', script(''))).toThrow(
    /an exported function named render/,
  );
  expect(() => loadCustomRender('./own.ts', 'throw new Error("no")')).toThrow(/can be loaded.*no/);
});
