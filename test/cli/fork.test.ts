import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, type Ended, keysOf, readResults, runOf, STUDY } from './study.ts';

const desk = new Desk();
let ended: Ended;

beforeAll(async () => {
  desk.write(STUDY);
  ended = await desk.ask('run', 'study.yaml');
});

describe('run --from', () => {
  const rest = { ...STUDY, stream: { domains: ['banking'] } };
  test('finds what already follows that block, and computes what does not', async () => {
    desk.write(rest, 'rest.yaml');
    const from = ['--from', 'keep/1/travel', '--from-sweep', ended.sweep];
    const plan = await desk.ask<{ blocks: object; cells: object }>('plan', 'rest.yaml', ...from);
    // keep/1/banking follows keep/1/travel in the study; its cell and the one before it stand too.
    expect(plan.blocks).toEqual({ total: 4, stored: 1, resume: 0, compute: 3 });
    expect(plan.cells).toMatchObject({ stored: 2 });
    const { results } = await desk.ask<Ended>('run', 'rest.yaml', ...from);
    const { provenance, data, cells } = readResults(results);
    const [travel, banking] = keysOf(ended.results, 'keep');
    expect(provenance['base']).toBe(travel);
    expect(keysOf(results, 'keep')).toEqual([banking]);
    expect(keysOf(results, 'strip')).not.toEqual([banking]);
    expect(runOf(results, 'keep').zeroShot).toEqual(
      runOf(ended.results, 'keep').matrix[0]?.slice(1),
    );
    expect(cells.missing).toBe(0);
    expect(data.warnings.join()).toMatch(/Every run starts from the trained block/);
  });

  test('is the same sweep as a file that names the block by its key', async () => {
    const [key = ''] = keysOf(ended.results, 'keep');
    desk.write({ ...rest, base: { block: key } }, 'based.yaml');
    const [byFile, byKey] = [
      await desk.ask<{ sweep: string; blocks: object }>('plan', 'based.yaml'),
      await desk.ask<{ sweep: string }>('plan', 'rest.yaml', '--from', key),
    ];
    expect(byFile.sweep).toBe(byKey.sweep);
    expect(byFile.blocks).toMatchObject({ stored: 4, compute: 0 });
  });

  test('a block that is not there, or not whole, is one message', async () => {
    const asked: [string[], number, RegExp][] = [
      [['--from', 'keep/9/travel', '--from-sweep', ended.sweep], 10, /no block keep\/9\/travel/],
      [['--from', 'f'.repeat(64)], 10, /block f{64}, which the sweep starts from, is not in file:/],
      [['--from-sweep', ended.sweep], 2, /--from-sweep goes with --from/],
    ];
    for (const [options, code, message] of asked) {
      const ran = await desk.call(['run', 'rest.yaml', ...options]);
      expect(ran).toMatchObject({ code, stdout: '' });
      expect(ran.stderr).toMatch(message);
    }
    const [key = ''] = keysOf(ended.results, 'strip', 1);
    const manifest = JSON.parse(
      readFileSync(join(desk.home, 'store', 'blocks', key, 'manifest.json'), 'utf8'),
    ) as { files: { sha256: string }[] };
    const sha256 = manifest.files[0]?.sha256 ?? '';
    const blob = join(desk.home, 'store', 'blobs', 'sha256', sha256.slice(0, 2), sha256);
    const bytes = readFileSync(blob);
    chmodSync(blob, 0o644);
    writeFileSync(blob, bytes.toString('latin1').replace(/^./, 'x'));
    const damaged = await desk.call(['plan', 'rest.yaml', '--from', key]);
    writeFileSync(blob, bytes);
    expect(damaged).toMatchObject({ code: 8, stdout: '' });
    expect(damaged.stderr).toMatch(/is damaged in .*: weights\.txt: its blob .* is damaged/);
  });
});
