import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, type Ended, STUDY } from './study.ts';

const desk = new Desk();
const other = new Desk();
const exported = join(desk.folder, 'exported');
let ended: Ended;

interface Copied {
  added: number;
  present: number;
}
type Imported = Record<'blobs' | 'records' | 'reports', Copied>;

beforeAll(async () => {
  desk.write(STUDY);
  ended = await desk.ask('run', 'study.yaml');
  await desk.ask('export', 'sweep', '--output', 'exported');
});

/** A copy of the export, to be spoiled. */
function copyOf(name: string): string {
  const folder = join(desk.folder, name);
  cpSync(exported, folder, { recursive: true });
  return folder;
}

function changeIndex(folder: string, change: (index: Record<string, unknown>) => object): void {
  const file = join(folder, 'export.json');
  const index = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...index, ...change(index) }));
}

/** Objects of a store are read-only. */
function rewrite(file: string, text: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, text);
}

function aFileOf(folder: string, kind: string): string {
  const place = join(folder, 'store', kind);
  const [name] = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  if (!name) throw new Error(`${place} is empty`);
  return join(name.parentPath, name.name);
}

describe('a sweep taken to another home', () => {
  test('is whole by itself: verification of the exported store finds nothing', async () => {
    const { findings, counts } = await desk.ask<{ findings: object[]; counts: { blocks: number } }>(
      'store',
      'verify',
      join(exported, 'store'),
    );
    expect(findings).toEqual([]);
    expect(counts.blocks).toBe(8);
  });

  test('has its report and predictions there at once, the same bytes', async () => {
    const imported = await other.ask<Imported & { sweep: string }>('import', exported);
    expect(imported.sweep).toBe(ended.sweep);
    for (const part of ['blobs', 'records', 'reports'] as const) {
      expect(imported[part].added).toBeGreaterThan(0);
      expect(imported[part].present).toBe(0);
    }
    const { results } = await other.ask<Ended>('report');
    expect(readFileSync(results)).toEqual(readFileSync(ended.results));
    const predictions = ['predictions', '-n', '999'];
    expect(await other.ask(...predictions)).toEqual(await desk.ask(...predictions));
    expect(await other.ask('status')).toMatchObject({ file: 'study.yaml', state: 'done' });
  });

  test('computes nothing when its file is run there, and ends with the same bytes', async () => {
    other.write(STUDY);
    expect(await other.ask('plan', 'study.yaml')).toMatchObject({
      sweep: ended.sweep,
      blocks: { stored: 8, compute: 0, resume: 0 },
      cells: { stored: 24, compute: 0, score: 0 },
    });
    const { sweep, results } = await other.ask<Ended>('run', 'study.yaml');
    expect(sweep).toBe(ended.sweep);
    expect(readFileSync(results)).toEqual(readFileSync(ended.results));
    expect(await other.ask('logs')).toEqual([]);
  });

  test('imported again brings nothing new', async () => {
    const { blobs, records, reports } = await other.ask<Imported>('import', exported);
    expect([blobs, records, reports].map(({ added }) => added)).toEqual([0, 0, 0]);
    expect(records.present).toBeGreaterThan(0);
  });

  test('without weights can be read, and says that running it trains again', async () => {
    await desk.ask('export', 'sweep', '--output', 'light', '--no-weights');
    const reader = new Desk();
    const ran = await reader.call(['import', join(desk.folder, 'light')]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/without weights: .* running its file trains again/);
    const { results } = await reader.ask<Ended>('report');
    expect(readFileSync(results)).toEqual(readFileSync(ended.results));
    reader.write(STUDY);
    expect(await reader.ask('plan', 'study.yaml')).toMatchObject({
      blocks: { stored: 0, compute: 8 },
      cells: { stored: 24 },
    });
  });
});

describe('an import that cannot be trusted brings nothing', () => {
  const spoil: Record<string, [(folder: string) => void, RegExp]> = {
    'no export': [() => undefined, /export\.json: no such file/],
    'an index that is none': [
      (folder) => writeFileSync(join(folder, 'export.json'), '{"format": 1}'),
      /export\.json: expected what `ratchet export sweep` writes, found a fault at format/,
    ],
    'a path that leaves the store': [
      (folder) => changeIndex(folder, () => ({ records: { '../../x.json': 'a'.repeat(64) } })),
      /found a fault at records\.\.\.\/\.\.\/x\.json: the path of a record/,
    ],
    "a path that is no record's": [
      (folder) =>
        changeIndex(folder, () => ({
          records: { [`blocks/${'a'.repeat(64)}/attempts/1/claim.json`]: 'a'.repeat(64) },
        })),
      /the path of a record/,
    ],
    "another sweep's report": [
      (folder) => changeIndex(folder, () => ({ reports: { 'sweeps/x/a.json': 'a'.repeat(64) } })),
      /fault at reports: only the sweep's own reports/,
    ],
    'a changed record': [
      (folder) => rewrite(aFileOf(folder, 'scores'), '{}'),
      /scores\/.* is not what was exported: nothing was imported/,
    ],
    'a record that was changed together with the index': [
      (folder) => {
        rewrite(aFileOf(folder, 'scores'), '{}');
        changeIndex(folder, () => ({ records: {} }));
      },
      /scores\/.*damaged.*: nothing was imported/,
    ],
    'a blob that is missing': [
      (folder) => changeIndex(folder, ({ plan }) => ({ blobs: [plan, 'b'.repeat(64)] })),
      /blob b{64} is missing: nothing was imported/,
    ],
    'a blob of other bytes': [
      (folder) => rewrite(aFileOf(folder, 'blobs'), 'other'),
      /damaged|is missing or cut short/,
    ],
    'a link out of the store': [
      (folder) => {
        cpSync(join(folder, 'store', 'scores'), join(folder, 'elsewhere'), { recursive: true });
        rmSync(join(folder, 'store', 'scores'), { recursive: true });
        symlinkSync(join(folder, 'elsewhere'), join(folder, 'store', 'scores'));
      },
      /a symbolic link stands there, and a store never follows one/,
    ],
  };

  test.for(Object.entries(spoil))('%s', async ([name, [change, message]]) => {
    const folder =
      name === 'no export' ? join(desk.folder, 'none') : copyOf(name.replaceAll(/\W/g, '-'));
    change(folder);
    const reader = new Desk();
    const ran = await reader.call(['import', folder]);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect([4, 8]).toContain(ran.code);
    expect((await reader.call(['status'])).code).toBe(10);
  });

  test('results of a trainer that is not deterministic are not mixed', async () => {
    const folder = copyOf('conflict');
    rewrite(aFileOf(folder, 'blocks'), 'another result');
    const ran = await other.call(['import', exported, '--store', join(folder, 'store')]);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(
      /manifest\.json stand in .* with another result: nothing was imported/,
    );
  });
});
