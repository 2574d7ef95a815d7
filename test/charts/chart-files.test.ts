import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderChartFiles } from '../../charts/chart-files.ts';
import { valuesSchema } from '../../charts/values-schema.ts';
import { readJson, root } from '../boundary/rooms.ts';

const read = (name: string): string => readFileSync(join(root, 'charts', 'ratchet', name), 'utf8');
const written = renderChartFiles(read('README.md'));

test.each(Object.keys(written))(
  '%s follows from charts/values-schema.ts (else: node scripts/generate-chart.mjs)',
  (name) => {
    expect(read(name)).toBe(written[name]);
  },
);

test('values.yaml says every default', () => {
  expect(parse(read('values.yaml'))).toEqual(valuesSchema.parse({}));
});

test('the chart has the version of the program', () => {
  const { version } = readJson('package.json') as { version: string };
  expect(parse(read('Chart.yaml'))).toMatchObject({ version, appVersion: version });
});
