import { expect, test } from 'vitest';
import { type Attempt, claimAttempt, recordOutcome } from '../../store/attempts.ts';
import { type Block, commitBlock, inspectBlock } from '../../store/blocks.ts';
import { collectGarbage, GRACE, LEAST_GRACE } from '../../store/collect-garbage.ts';
import { attemptsFolder, blobPath, manifestPath, partialManifestPath } from '../../store/layout.ts';
import { renewLease } from '../../store/leases.ts';
import { putPartial } from '../../store/partials.ts';
import { pruneBlock } from '../../store/prune.ts';
import type { NamedFile } from '../../store/records.ts';
import { repairStore } from '../../store/repair.ts';
import type { Store } from '../../store/store.ts';
import { verifyStore } from '../../store/verify.ts';
import { Killed, withFaults } from './faulty-store.ts';
import { CHILD, filledStore, KEY, UNFINISHED } from './filled-store.ts';
import { keyOf, ownerElsewhere, temporaryFolder, text, writeFiles } from './support.ts';
import { manifestOf, noPatience, workOn } from './worker.ts';

/** A block that no sweep wants. */
const ABANDONED = keyOf('abandoned');

type Law = (store: Store) => Promise<void>;

const LAWS: Record<string, Law> = {
  'what records and plans name stays, and what nothing names goes': async (store) => {
    await filledStore(store);
    const before = await store.list('');
    const orphan = await store.putBlob(text('nobody names this'));
    expect(await collect(store)).toEqual([blobPath(orphan.sha256)]);
    expect(await store.list('')).toEqual(before);
    expect((await verifyStore(store, { deep: true })).findings).toEqual([]);
  },

  'it is only told what would go, with bytes, unless it is to be removed': async (store) => {
    await filledStore(store);
    const { sha256, size } = await store.putBlob(text('nobody names this'));
    const options = { grace: GRACE, now: inTwoDays(), remove: false };
    const { garbage } = await collectGarbage(store, options);
    expect(garbage).toMatchObject([{ path: blobPath(sha256), size }]);
    expect(await store.hasBlob(sha256, size)).toBe(true);
  },

  'what is younger than the grace stays: its record may be yet to come': async (store) => {
    const { sha256 } = await store.putBlob(text('weights'));
    expect(await collect(store, Date.now())).toEqual([]);
    expect(await collect(store, Date.now() + GRACE - 60_000)).toEqual([]);
    expect(await collect(store)).toEqual([blobPath(sha256)]);
  },

  'the result of an attempt that is not committed yet stays': async (store) => {
    const attempt = await claim(store, ABANDONED);
    const ref = await store.putBlob(text('weights'));
    const manifest = manifestOf(ABANDONED, [{ name: 'w', ...ref }]);
    const done = { result: 'done', step: 6, manifest, computeSeconds: 1 } as const;
    await recordOutcome(store, attempt, done);
    expect(await collect(store)).toEqual([]);
    await commitBlock(store, manifest);
    expect(await collect(store)).toEqual([]);
  },

  'checkpoints of what a sweep wants stay, those of what none wants go': async (store) => {
    await filledStore(store);
    const attempt = await claim(store, ABANDONED);
    await checkpoint(store, attempt, 4);
    const gone = await collect(store);
    expect(gone).toContain(partialManifestPath(ABANDONED, 1, 4));
    expect(gone.every((path) => path.startsWith(attemptsFolder(ABANDONED)))).toBe(true);
    expect(await store.list(attemptsFolder(UNFINISHED))).toContain(
      partialManifestPath(UNFINISHED, 1, 2),
    );
    expect((await verifyStore(store, { deep: true })).findings).toEqual([]);
  },

  'checkpoints of an attempt that lives stay, whether a sweep wants it or not': async (store) => {
    const attempt = await claim(store, ABANDONED);
    await checkpoint(store, attempt, 4);
    const now = inTwoDays();
    const renewing = withFaults(store, {
      // Its last renewal is young; everything else is two days old.
      before: async (_operation, name) => {
        if (name === 'measure') await renewLease(store, attempt, 1, 4);
      },
    });
    const measured = agedBut(renewing, (path) => path.endsWith('lease.json'), now);
    expect(await collect(measured, now)).toEqual([]);
  },

  'what is named between the two markings stays': async (store) => {
    const ref = await store.putBlob(text('weights'));
    let markings = 0;
    const raced = withFaults(store, {
      before: async (_operation, name) => {
        if (name === 'measure' && ++markings === 2)
          await commitBlock(store, manifestOf(KEY, [{ name: 'w', ...ref }]));
      },
    });
    expect(await collect(raced)).toEqual([]);
    expect(markings).toBe(2);
    expect(await store.hasBlob(ref.sha256)).toBe(true);
  },

  'what is put again after the markings stays': async (store) => {
    const { sha256, size } = await store.putBlob(text('weights'));
    const now = inTwoDays();
    let measured = 0;
    const raced = withFaults(store, {
      before: (_operation, name) => {
        if (name === 'measure') measured++;
      },
    });
    const young = agedBut(raced, () => measured > 2, now);
    expect(await collect(young, now)).toEqual([]);
    expect(await store.hasBlob(sha256, size)).toBe(true);
  },

  'nothing goes while a record that may name it cannot be read': async (store) => {
    await filledStore(store);
    const orphan = await store.putBlob(text('nobody names this'));
    await store.replace(manifestPath(KEY), text('{"torn'));
    await expect(collect(store)).rejects.toMatchObject({
      fault: 'corrupt',
      message: expect.stringContaining('store repair'),
    });
    expect(await store.hasBlob(orphan.sha256)).toBe(true);
  },

  'nothing goes while a plan cannot be read': async (store) => {
    await filledStore(store);
    const [plan = ''] = (await store.list('sweeps/demo-1/plans/')).map((path) =>
      path.slice(-69, -5),
    );
    await store.replace(blobPath(plan), text('{"torn'));
    await expect(collect(store)).rejects.toMatchObject({ fault: 'corrupt' });
  },

  'weights that were pruned go, and nothing else does: the block stays committed': async (
    store,
  ) => {
    const { block, child } = await filledStore(store);
    const shared = [fileOf(child)];
    const twin = await commitBlock(store, manifestOf(keyOf('twin'), shared));
    await pruneBlock(store, KEY);
    await pruneBlock(store, CHILD);
    const before = await store.list('');
    expect(await collect(store)).toEqual([blobPath(fileOf(block).sha256)]);
    expect(await store.list('')).toHaveLength(before.length - 1);
    expect(await inspectBlock(store, KEY)).toEqual({ state: 'pruned', block, round: 1 });
    expect(await inspectBlock(store, twin.block.manifest.key)).toMatchObject({ state: 'intact' });
    expect(await verifyStore(store, { deep: true })).toMatchObject({ findings: [] });
    expect(await repairStore(store)).toEqual([]);
  },

  'it is told what pruning would bring, without any': async (store) => {
    const { block } = await filledStore(store);
    const options = { grace: GRACE, now: inTwoDays(), remove: false, pruned: new Set([KEY]) };
    const { garbage } = await collectGarbage(store, options);
    expect(garbage).toMatchObject([{ path: blobPath(fileOf(block).sha256) }]);
    expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'intact' });
  },

  'pruned weights that are trained again stay, committed or about to be': async (store) => {
    const { block } = await filledStore(store);
    await pruneBlock(store, KEY);
    await collect(store);
    const dying = withFaults(store, {
      before: (_operation, name) => {
        if (name === 'digest') throw new Killed(); // Trained and stored; the commit is about to look at the files.
      },
    });
    const work = { key: KEY, folder: await temporaryFolder() };
    await expect(workOn(dying, work)).rejects.toThrow(Killed);
    expect(await collect(store)).toEqual([]);
    expect(await workOn(store, work)).toEqual(block);
    expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round: 1 });
    expect(await collect(store)).toEqual([]);
  },

  'a grace that is no grace is refused': async (store) => {
    const options = { grace: LEAST_GRACE - 1, now: Date.now(), remove: false };
    await expect(collectGarbage(store, options)).rejects.toMatchObject({ fault: 'refused' });
  },
};

/** What holds of garbage in every store. */
export function describeGarbage(name: string, open: () => Promise<Store>): void {
  test.each(Object.entries(LAWS))(`garbage in ${name}: %s`, async (_title, law) => {
    expect.hasAssertions();
    await law(await open());
  });
}

/** As if everything had been written two days ago. */
function inTwoDays(): number {
  return Date.now() + 2 * GRACE;
}

async function collect(store: Store, now = inTwoDays()): Promise<string[]> {
  const { garbage } = await collectGarbage(store, { grace: GRACE, now, remove: true });
  return garbage.map(({ path }) => path).toSorted();
}

async function claim(store: Store, key: string): Promise<Attempt> {
  const claimed = await claimAttempt(store, key, ownerElsewhere(), noPatience());
  if (claimed.state === 'claimed') return claimed.attempt;
  throw new Error(claimed.state);
}

function fileOf({ manifest }: Block): NamedFile {
  const [file] = manifest.files;
  if (!file) throw new Error('no file');
  return file;
}

async function checkpoint(store: Store, attempt: Attempt, step: number): Promise<void> {
  const folder = await writeFiles(await temporaryFolder(), { 'state/random': 'random' });
  expect(await putPartial(store, attempt, step, folder)).toBe(true);
}

/** The same store in which some objects have just been written, by a clock that says `now`. */
function agedBut(store: Store, isYoung: (path: string) => boolean, now: number): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'measure') return typeof value === 'function' ? value.bind(target) : value;
      return async (prefix: string) => {
        const found = await target.measure(prefix);
        return found.map((object) =>
          isYoung(object.path) ? { ...object, modified: now } : object,
        );
      };
    },
  });
}
