import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CAUSES } from '../../contract/causes.ts';
import { renderCauses } from '../../report/causes-page.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/causes.md'), 'utf8');

test('docs/causes.md is what scripts/generate-causes.mjs writes', () => {
  expect(page).toBe(renderCauses());
});

test('it has every cause, each with how it is seen, what happens and what mends it', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.map((row) => row.split('`')[1])).toEqual(Object.keys(CAUSES));
  for (const row of rows) expect(row.slice(2, -2).split(' | ').every(Boolean)).toBe(true);
});
