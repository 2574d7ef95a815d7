import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { History } from '../../contract/history.ts';
import type { Results } from '../../contract/results.ts';
import { listPartials, readHistory } from '../../store/attempt-history.ts';
import { inspectBlock, readBlock } from '../../store/blocks.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { blobPath, BLOCKS, parsePath, partialFilePath } from '../../store/layout.ts';
import type { PartialRef } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { endHome, findProcesses, waitFor } from '../support/home-processes.ts';
import {
  makePlace,
  openStoreOf,
  type Place,
  RatchetProcess,
  runToEnd,
  smallSweep,
  toyTrainer,
  TrainingHold,
  writeSweep,
} from '../support/sweep-process.ts';

/** One lineage of two blocks. */
const CHAIN = smallSweep({
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: 1,
});

describe.skipIf(process.platform !== 'linux')('damage', () => {
  it('to the newest checkpoint makes training go on from the one before, and is told', async () => {
    const whole = await runWhole(CHAIN);
    const place = newPlace();
    const file = writeSweep(place, CHAIN);
    const store = await openStoreOf(place);
    const { key, newest, before } = await killAfterCheckpoints(place, file, store);
    flipBit(place, partialFilePath(key, newest.attempt, newest.step, 'state.json'));

    expect((await runToEnd(place, file)).results).toBe(whole);
    const second = (await readHistory(store, key))[1]?.start;
    expect(second).toMatchObject({ resumedFrom: before, damaged: [newest] });
    expect(await checkInvariants(store)).toEqual([]);
    expect(await ask(place, 'logs')).toContain('skipped a checkpoint');
  });

  it('to a committed block is found by verify, and computed again to the same bytes', async () => {
    const place = newPlace();
    const file = writeSweep(place, CHAIN);
    const first = await runToEnd(place, file);
    const store = await openStoreOf(place);
    const key = (await findKey(store, async () => true)) ?? '';
    const found = await inspectBlock(store, key);
    const weights = found.state === 'intact' ? found.block.manifest.files[0]?.sha256 : undefined;
    flipBit(place, blobPath(weights ?? ''));

    expect(await ask(place, 'store', 'verify')).toContain(weights);
    const again = await runToEnd(place, file);
    expect(again.results).toBe(first.results);
    expect(await ask(place, 'store', 'verify')).toContain('nothing is damaged');
    expect((await readHistory(store, key)).map(({ claim }) => claim?.round)).toEqual([0, 1]);
    expect(await checkInvariants(store)).toEqual([]);
    const { blocks } = readSweepHistory(place, again.sweep);
    expect(blocks.flatMap(({ damage }) => damage).join()).toContain(weights);
  });

  it('to a block that then comes out differently makes all that stems from it anew', async () => {
    const place = newPlace();
    const moods = join(place.folder, 'moods');
    const file = writeSweep(place, { ...CHAIN, trainer: toyTrainer({ moods }) });
    const first = await runToEnd(place, file);
    const store = await openStoreOf(place);
    const key = (await findKey(store, async (one) => (await parentOf(store, one)) === null)) ?? '';
    const found = await inspectBlock(store, key);
    const weights = found.state === 'intact' ? found.block.manifest.files[0]?.sha256 : undefined;
    flipBit(place, blobPath(weights ?? ''));
    writeFileSync(moods, '');

    const again = await runToEnd(place, file);
    const other = newPlace();
    expect(again.results).toBe((await runToEnd(other, file)).results);
    expect(again.results).not.toBe(first.results);
    expect(await checkInvariants(store)).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('a domain whose training fails', () => {
  it('stops its own lineages only, shows as missing, and is made good by a retry', async () => {
    const place = newPlace();
    const mended = join(place.folder, 'mended');
    const trainer = toyTrainer({ fail: 'banking-2-', unless: mended });
    const file = writeSweep(place, smallSweep({ trainer }));
    const failed = await runToEnd(place, file);
    expect(failed).toMatchObject({ code: 5, state: 'failed' });
    const [whole, missing] =
      (JSON.parse(failed.results) as Results).conditions['strip']?.runs ?? [];
    expect(whole?.matrix.flat()).not.toContain(null);
    // Row by block: what comes after the failed one is lost with it.
    expect(missing?.matrix.map((row) => row.includes(null))).toEqual([false, true, true]);
    expect(missing?.zeroShot).not.toContain(null);
    const { blocks } = readSweepHistory(place, failed.sweep);
    const told = blocks.filter(({ failures }) => failures.length > 0);
    expect(told.map(({ domain, seed }) => `${domain}-${seed}`)).toEqual(['banking-2', 'banking-2']);
    expect(told[0]?.failures[0]).toMatchObject({ stage: 'train', cause: 'trainer-bug' });

    writeFileSync(mended, '');
    await ask(place, 'retry');
    const done = await runToEnd(place, file);
    expect(done).toMatchObject({ code: 0, state: 'done' });
    expect(done.results).toBe((await runToEnd(newPlace(), file)).results);
    const store = await openStoreOf(place);
    const starts = await Promise.all(blocks.map(({ key }) => readHistory(store, key)));
    // Two attempts on each of the two that failed, one on each of the other ten.
    expect(starts.flat()).toHaveLength(14);
    expect(await checkInvariants(store)).toEqual([]);
  });

  it('for its configuration is not tried again, and says what to mend', async () => {
    const place = newPlace();
    const trainer = toyTrainer({ refuse: 'a rate below zero' });
    const failed = await runToEnd(place, writeSweep(place, { ...CHAIN, trainer }));
    expect(failed).toMatchObject({ code: 5, state: 'failed' });
    const { blocks } = readSweepHistory(place, failed.sweep);
    expect(blocks[0]).toMatchObject({ attempts: 1, result: 'missing' });
    expect(blocks[0]?.failures[0]).toMatchObject({ cause: 'configuration' });
    expect(blocks[0]?.failures[0]?.message).toContain('a rate below zero');
  });
});

describe.skipIf(process.platform !== 'linux')('a home that is removed while it works', () => {
  it('takes its processes with it, and everything starts anew', async () => {
    const whole = await runWhole(CHAIN);
    const place = newPlace();
    const file = writeSweep(place, CHAIN);
    const hold = new TrainingHold(place);
    hold.begin();
    const started = new RatchetProcess(place, ['run', file, '--detach'], hold.env);
    expect(await started.exited).toBe(0);
    const learns = await waitFor(() => findProcesses(place.home, 'learner').length > 0, 60_000);
    expect(learns).toBe(true);
    // Away at once: removing what is being written to may take several tries.
    renameSync(place.home, `${place.home}-gone`);
    rmSync(`${place.home}-gone`, { recursive: true, force: true, maxRetries: 20 });
    expect(await waitFor(() => findProcesses(place.home).length === 0, 60_000)).toBe(true);
    hold.end();
    expect((await runToEnd(place, file)).results).toBe(whole);
  });
});

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

async function runWhole(sweep: object): Promise<string> {
  const place = newPlace();
  return (await runToEnd(place, writeSweep(place, sweep))).results;
}

/** Kills everything while a block trains that has two checkpoints. */
async function killAfterCheckpoints(
  place: Place,
  file: string,
  store: Store,
): Promise<{ key: string; newest: PartialRef; before: PartialRef }> {
  const hold = new TrainingHold(place);
  hold.begin();
  const run = new RatchetProcess(place, ['run', file], hold.env);
  const hasTwo = async (key: string): Promise<boolean> =>
    (await listPartials(store, key)).length > 1;
  const key = (await waitFor(() => findKey(store, hasTwo), 60_000)) ?? '';
  await endHome(place.home);
  await run.exited;
  hold.end();
  const [newest, before] = await listPartials(store, key);
  if (!newest || !before) throw new Error('killed too late');
  return { key, newest, before };
}

async function parentOf(store: Store, key: string): Promise<unknown> {
  return (await readBlock(store, key))?.manifest.parent;
}

async function findKey(
  store: Store,
  is: (key: string) => Promise<boolean>,
): Promise<string | undefined> {
  const keys = new Set((await store.list(BLOCKS)).flatMap((path) => parsePath(path)?.key ?? []));
  for (const key of keys) if (await is(key)) return key;
  return undefined;
}

function flipBit(place: Place, path: string): void {
  const file = join(place.storeFolder, path);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
}

/** What a verb says, on both streams. */
async function ask(place: Place, ...args: string[]): Promise<string> {
  const verb = new RatchetProcess(place, args);
  await verb.exited;
  return verb.stdout + verb.stderr;
}

function readSweepHistory(place: Place, sweep: string): History {
  const file = join(place.storeFolder, 'sweeps', sweep, 'history.json');
  return JSON.parse(readFileSync(file, 'utf8')) as History;
}
