import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { copyReport } from '../../cli/report-files.ts';
import { sweepPath } from '../../store/layout.ts';
import { openStore } from '../../store/open-store.ts';

const SWEEP = 'demo-0123456789ab';

it('copies a report that is whole whenever it is read, also while another terminal copies it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const url = pathToFileURL(join(folder, 'store')).href;
  const text = `<!doctype html>${'a'.repeat(3_000_000)}`;
  await (await openStore(url)).replace(sweepPath(SWEEP, 'report.html'), Buffer.from(text));
  const copies = join(folder, 'copies');
  const copy = (): Promise<string[]> => copyReport(url, SWEEP, copies);
  const [file = ''] = await copy();
  const sizes = new Set<number>();
  const reading = setInterval(() => sizes.add(readFileSync(file).length), 1);
  for (let round = 0; round < 5; round++) await Promise.all([copy(), copy(), copy()]);
  clearInterval(reading);
  expect(sizes).toEqual(new Set([text.length]));
  expect(readdirSync(copies)).toEqual(['report.html']);
});
