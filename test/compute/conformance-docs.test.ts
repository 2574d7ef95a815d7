import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKS } from '../../compute/conformance/check-trainer.ts';

test('docs/trainer-protocol.md lists every check, in its words', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/trainer-protocol.md'), 'utf8');
  const rows = CHECKS.map(({ name, title }) => `| ${name} | ${title} |`);
  expect(page).toContain(`| check | holds where the trainer |\n|---|---|\n${rows.join('\n')}\n`);
});
