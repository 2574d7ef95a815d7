import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderMetrics } from '../../worker/metrics-page.ts';

test('docs/metrics.md is what scripts/generate-metrics.mjs writes', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  expect(page).toBe(renderMetrics());
});
