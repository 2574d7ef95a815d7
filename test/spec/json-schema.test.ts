import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { trainerSchemas } from '../../contract/trainer-schemas.ts';
import type { JsonSchema } from '../../spec/json-schema.ts';
import { specJsonSchema } from '../../spec/json-schema.ts';
import { parseSweep } from '../../spec/parse.ts';
import { formatProblem } from '../../spec/problems.ts';
import { MALFORMED_SETTINGS } from './malformed-settings.ts';
import { MALFORMED_STUDY } from './malformed-study.ts';
import { STUDY, studyWith } from './study.ts';

const root = join(import.meta.dirname, '..', '..');
const examples = join(root, 'examples');
const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
const schema: object = JSON.parse(
  readFileSync(join(root, 'schema', 'ratchet-v1.schema.json'), 'utf8'),
);
const validate = new Ajv2020({
  strictTypes: false,
  keywords: ['patternErrorMessage'],
}).compile(schema);

test('the schema on disk is the one that the code makes (else: node scripts/generate-schema.mjs)', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
});

test.each(Object.entries(trainerSchemas()))(
  'the schema of the %s of the trainer protocol is current too',
  (name, made) => {
    const file = join(root, 'schema', `${name}.schema.json`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(made)));
  },
);

test('every field says what it is', () => {
  expect(undescribed(specJsonSchema(), 'sweep')).toEqual([]);
});

function undescribed(node: JsonSchema, path: string): string[] {
  const fields = Object.entries(node.properties ?? {}).flatMap(([name, field]) => [
    ...(field.description === undefined ? [`${path}.${name}`] : []),
    ...undescribed(field, `${path}.${name}`),
  ]);
  const kinds = (node.oneOf ?? []).flatMap((kind, index) => undescribed(kind, `${path}/${index}`));
  return [...fields, ...kinds];
}

describe('what editors see', () => {
  test('a right spec is right', () => {
    expect(validate(parse(STUDY))).toBe(true);
  });

  test('most of what is wrong in one field is marked', () => {
    const spoiled = [...MALFORMED_STUDY, ...MALFORMED_SETTINGS].filter(([, , says = '']) => {
      return /^\d+:\d+: \S+: expected /.test(says);
    });
    const marked = spoiled.filter(([line, text]) => !validate(toValue(studyWith(line, text))));
    expect(marked.length / spoiled.length).toBeGreaterThan(0.7);
  });
});

function toValue(text: string): unknown {
  return parse(text, { uniqueKeys: false, logLevel: 'silent' });
}

describe.each(files)('examples/%s', (file) => {
  const text = readFileSync(join(examples, file), 'utf8');

  test('is right', () => {
    const parsed = parseSweep(text, file);
    expect('errors' in parsed ? parsed.errors.map(formatProblem) : []).toEqual([]);
  });

  test('satisfies the JSON Schema that it names on its first line', () => {
    const [, path = ''] = /^# yaml-language-server: \$schema=(.+)\n/.exec(text) ?? [];
    expect(existsSync(join(examples, path))).toBe(true);
    expect(validate(parse(text))).toBe(true);
  });
});
