import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredObject } from '../../store/store.ts';
import { Desk, type Ended, keysOf, STUDY } from './study.ts';

const { question: _, ...ALONE } = STUDY;
/** Two runs of two blocks. */
const CHAINS = { ...ALONE, conditions: { keep: { trace: 'keep' } } };
const desk = new Desk();
const fresh = new Desk();
let ended: Ended;

interface Gc {
  removed: boolean;
  pruned: string[];
  garbage: StoredObject[];
}

interface Planned {
  blocks: { stored: number; compute: number };
  cells: { stored: number; compute: number };
}

beforeAll(async () => {
  desk.write(CHAINS);
  ended = await desk.ask('run', 'study.yaml');
  makeOld();
});

describe('ratchet store gc --keep last', () => {
  test('tells what it would bring, and prunes nothing before --delete', async () => {
    const { pruned, garbage } = await gc('--keep', 'last');
    expect(pruned).toEqual(firstBlocks());
    expect(garbage).toHaveLength(2);
    expect((await gc()).garbage).toEqual([]);
  });

  test('gives up all but the last checkpoint of each run', async () => {
    const { code, stdout, stderr } = await desk.call(['store', 'gc', '--keep', 'last', '--delete']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('blob');
    expect(stderr).toMatch(/removed 2 objects, .* the checkpoints of 2 blocks among them/);
    expect((await desk.call(['store', 'verify'])).stderr).toMatch(/nothing is damaged/);
  });

  test('after which the sweep is as finished as before, and computes nothing', async () => {
    const { blocks, cells } = await desk.ask<Planned>('plan', 'study.yaml');
    expect([blocks, cells]).toMatchObject([
      { stored: 4, compute: 0 },
      { stored: 12, compute: 0 },
    ]);
    const before = readFileSync(ended.results);
    const again = await desk.ask<Ended>('run', 'study.yaml');
    expect(readFileSync(again.results)).toEqual(before);
    expect(attempts()).toBe(4);
  });

  test('an export of what was pruned says so, and how to have it again', async () => {
    const block = ['export', 'checkpoint', 'keep/1/travel', '--output', 'out'];
    const { code, stderr } = await desk.call(block);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/were pruned .*`ratchet store unprune` and the next run/);
    expect(stderr).not.toMatch(/\bat .*\.js:/);
    await desk.ask('export', 'checkpoint', 'keep/1/banking', '--output', 'last');
  });

  test('a fork from what was pruned is refused, one from the last checkpoint is not', async () => {
    const fork = { ...CHAINS, name: 'fork', stream: { domains: ['library'] } };
    const [first, last] = keysOf(ended.results, 'keep');
    desk.write({ ...fork, base: { block: first } }, 'fork.yaml');
    const refused = await desk.call(['run', 'fork.yaml']);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.stderr).toMatch(/were pruned/);
    desk.write({ ...fork, base: { block: last } }, 'fork.yaml');
    expect((await desk.call(['plan', 'fork.yaml'])).code).toBe(0);
  });

  test('an exported sweep leaves out what was pruned, and has its report elsewhere', async () => {
    const { stderr } = await desk.call(['export', 'sweep', '--output', 'exported']);
    expect(stderr).toContain('the weights of 2 blocks are left out: they were pruned');
    const other = new Desk();
    await other.ask('import', join(desk.folder, 'exported'));
    const { results } = await other.ask<Ended>('report');
    expect(readFileSync(results)).toEqual(readFileSync(ended.results));
  });

  test('a block is trained again where its weights are asked for, and only that one', async () => {
    await desk.ask('store', 'unprune', 'keep/1/travel');
    const { blocks } = await desk.ask<Planned>('plan', 'study.yaml');
    expect(blocks).toMatchObject({ stored: 3, compute: 1 });
    const again = await desk.ask<Ended>('run', 'study.yaml');
    expect(readFileSync(again.results)).toEqual(readFileSync(ended.results));
    expect(attempts()).toBe(5);
    await desk.ask('export', 'checkpoint', 'keep/1/travel', '--output', 'first');
    const { code, stderr } = await desk.call(['store', 'unprune', 'keep/1/travel']);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain('keep/1/travel is not pruned');
  });

  test('a domain more asks older checkpoints too: what was pruned of them is trained again', async () => {
    const grown = { ...CHAINS, stream: { domains: ['travel', 'banking', 'library'] } };
    desk.write(grown);
    const { blocks } = await desk.ask<Planned>('plan', 'study.yaml');
    expect(blocks).toMatchObject({ stored: 3, compute: 3 });
    const { results } = await desk.ask<Ended>('run', 'study.yaml');
    fresh.write(grown);
    const whole = await fresh.ask<Ended>('run', 'study.yaml');
    expect(readFileSync(results)).toEqual(readFileSync(whole.results));
    expect((await desk.call(['store', 'verify'])).stderr).toMatch(/nothing is damaged/);
  });

  test('what a block starts from is trained again with it, what comes after it stays pruned', async () => {
    makeOld(fresh);
    const gone = await fresh.ask<Gc>('store', 'gc', '--keep', 'last', '--delete');
    expect(gone.pruned).toHaveLength(4);
    const before = attempts(fresh);
    await fresh.ask('store', 'unprune', 'keep/1/travel');
    await fresh.ask('store', 'unprune', 'keep/2/banking');
    await fresh.ask('run', 'study.yaml');
    expect(attempts(fresh)).toBe(before + 3);
    const { stderr } = await fresh.call(['store', 'verify']);
    expect(stderr).toMatch(/6 blocks \(1 pruned\).*nothing is damaged/);
  });
});

test('what is to be kept is checked', async () => {
  const { code, stderr } = await desk.call(['store', 'gc', '--keep', 'newest']);
  expect(code).toBe(2);
  expect(stderr).toContain('--keep: expected all, last, best, or last,best, found "newest"');
});

function gc(...options: string[]): Promise<Gc> {
  return desk.ask('store', 'gc', ...options);
}

function firstBlocks(): string[] {
  const keys = [0, 1].map((place) => keysOf(ended.results, 'keep', place)[0] ?? '');
  return keys.toSorted();
}

/** That ended, on all blocks. */
function attempts(of = desk): number {
  const blocks = join(of.home, 'store', 'blocks');
  return readdirSync(blocks, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('outcome.json'),
  ).length;
}

/** Garbage is never what is younger than two hours. */
function makeOld(of = desk): void {
  const threeDaysAgo = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
  for (const entry of readdirSync(join(of.home, 'store'), {
    recursive: true,
    withFileTypes: true,
  }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), threeDaysAgo, threeDaysAgo);
}
