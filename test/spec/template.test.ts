import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../spec/json-schema.ts';
import { specJsonSchema } from '../../spec/json-schema.ts';
import { parseSweep } from '../../spec/parse.ts';
import { formatProblem } from '../../spec/problems.ts';
import { sweepTemplate } from '../../spec/template.ts';

const TEMPLATE = sweepTemplate({ name: 'my-sweep', schema: './ratchet-v1.schema.json' });
const PARAGRAPHS = TEMPLATE.split('\n\n');
/** Fields shown with an example, because they have no default value to show. */
const EXAMPLES =
  /^ *# +(orders|published(?=: \[)|expect|base|store|budget|tags|notes|limit|crossed|shuffled|filled|matched|joint|untrained|replayed|few|many|own|tuned):/;

function uncomment(text: string): string {
  return text.replace(/^( *)# ( *(?:- )?(?:[a-zA-Z0-9]+:|\{))/gm, '$1$2');
}

function errorsOf(text: string): string[] {
  const parsed = parseSweep(text, 'sweep.yaml');
  return 'errors' in parsed ? parsed.errors.map(formatProblem) : [];
}

describe('the template of ratchet init', () => {
  test('is a right spec, and tells editors where its schema is', () => {
    expect(errorsOf(TEMPLATE)).toEqual([]);
    expect(TEMPLATE).toMatch(/^# yaml-language-server: \$schema=\.\/ratchet-v1\.schema\.json\n/);
  });

  test('shows the defaults: uncommented they change nothing', () => {
    const shown = PARAGRAPHS.filter((paragraph) => !paragraph.startsWith('# Or '))
      .join('\n\n')
      .split('\n')
      .map((line) => (EXAMPLES.test(line) ? '' : uncomment(line)))
      .join('\n');
    expect(shown).toContain('\n    epochs: 6');
    expect(parseSweep(shown, 'sweep.yaml')).toEqual(parseSweep(TEMPLATE, 'sweep.yaml'));
  });

  test('shows alternatives that are right', () => {
    const alternatives = PARAGRAPHS.filter((paragraph) => paragraph.startsWith('# Or '));
    expect(alternatives).toHaveLength(6);
    const study = [
      'version: ratchet/v1',
      'name: study',
      'suite: { kind: api-bank }',
      'stream: { domains: [account] }',
      'conditions: { keep: { trace: keep } }',
      'store: file:///data/ratchet',
    ];
    for (const alternative of alternatives) {
      const text = uncomment(alternative);
      const rest = study.filter((line) => !text.includes(`\n${line.split(':')[0]}:`));
      expect(errorsOf(`${rest.join('\n')}\n${text}\n`)).toEqual([]);
    }
  });

  test('shows examples that are right', () => {
    const examples = TEMPLATE.split('\n').filter((line) => EXAMPLES.test(line));
    expect(examples).toHaveLength(20);
    const shown = PARAGRAPHS.flatMap((paragraph) =>
      // What stands inside a commented field needs that field.
      paragraph.startsWith('# evaluate:')
        ? [uncomment(paragraph)]
        : paragraph.split('\n').map((line) => (EXAMPLES.test(line) ? uncomment(line) : line)),
    );
    expect(errorsOf(shown.join('\n'))).toEqual([]);
  });

  test('names every field', () => {
    const missing = fieldsOf(specJsonSchema()).filter((field) => !TEMPLATE.includes(`${field}: `));
    expect(missing.filter((field) => !TEMPLATE.includes(`${field}:\n`))).toEqual([]);
  });
});

function fieldsOf(schema: JsonSchema): string[] {
  const { properties = {}, additionalProperties: rest, oneOf = [], anyOf = [], items } = schema;
  const inner = [...Object.values(properties), ...oneOf, ...anyOf, ...(items ? [items] : [])];
  const all = typeof rest === 'object' ? [...inner, rest] : inner;
  return [...Object.keys(properties), ...all.flatMap(fieldsOf)];
}
