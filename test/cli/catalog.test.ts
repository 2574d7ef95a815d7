import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findSweep, recordSweep } from '../../cli/catalog.ts';
import { locateHome } from '../../worker/home.ts';

it('records a sweep that many terminals submit at the same moment, and leaves nothing else', async () => {
  const home = newHome();
  const entries = Array.from({ length: 50 }, (_, terminal) => ({
    sweep: 'demo-0123456789ab',
    store: 'file:///store',
    plan: 'plans/1',
    file: `/terminal-${terminal}/sweep.yaml`,
    submittedAt: '2026-01-01T00:00:00.000Z',
  }));
  await Promise.all(entries.map((entry) => recordSweep(home, entry)));
  expect(entries).toContainEqual(await findSweep(home, undefined));
  expect(readdirSync(join(home.folder, 'sweeps'))).toEqual(['demo-0123456789ab.json']);
});

function newHome() {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-catalog-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return locateHome(folder);
}
