import { expect } from 'vitest';
import type { Block } from '../../store/blocks.ts';
import { PLANNED, READABLE, STEMS, WHOLE } from '../../store/check-invariants.ts';
import {
  attemptsFolder,
  blobPath,
  claimPath,
  damagePath,
  leasePath,
  manifestPath,
  outcomePath,
  parsePath,
  partialFilePath,
  partialManifestPath,
  planPath,
  predictionsPath,
  scorePath,
  startPath,
} from '../../store/layout.ts';
import { encodeRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { dieAfter, Killed } from './faulty-store.ts';
import { KEY, PARENT } from './finished-sweep.ts';
import { keyOf, temporaryFolder, text } from './support.ts';
import { workOn } from './worker.ts';

/** A file of a checkpoint of a block whose only attempt was killed. */
async function unfinishedFile(store: Store): Promise<string> {
  const key = keyOf('unfinished');
  const dying = { key, folder: await temporaryFolder(), onStep: dieAfter(5) };
  await expect(workOn(store, dying)).rejects.toThrow(Killed);
  const paths = await store.list(attemptsFolder(key));
  return paths.find((path) => parsePath(path)?.kind === 'partial-file') ?? '';
}

type Fields = Record<string, unknown>;

/** Writes a record anew with other fields, as a bug would. */
export async function edit(
  store: Store,
  path: string,
  change: (record: Fields) => Fields,
): Promise<void> {
  const { digest: _digest, ...record } = JSON.parse(
    Buffer.from((await store.read(path)) ?? '').toString(),
  ) as Fields;
  await store.replace(path, encodeRecord({ ...record, ...change(record) }));
}

async function move(store: Store, from: string, to: string): Promise<void> {
  await store.replace(to, (await store.read(from)) ?? text(''));
  await store.remove(from);
}

async function copy(store: Store, from: string, to: string): Promise<void> {
  await store.replace(to, (await store.read(from)) ?? text(''));
}

type Defect = (store: Store, blocks: { parent: Block; block: Block }) => Promise<void>;

export const DEFECTS: [string, string, Defect][] = [
  [
    'a torn manifest',
    READABLE,
    async (store) => store.replace(manifestPath(KEY), text('{"format":1,')),
  ],
  [
    'a changed figure in an outcome',
    READABLE,
    async (store) => {
      const outcome = Buffer.from((await store.read(outcomePath(KEY, 3))) ?? '').toString();
      await store.replace(outcomePath(KEY, 3), text(outcome.replace('"step":6', '"step":7')));
    },
  ],
  [
    'swapped leases',
    READABLE,
    async (store) => {
      await move(store, leasePath(KEY, 1), 'spare');
      await move(store, leasePath(KEY, 2), leasePath(KEY, 1));
      await move(store, 'spare', leasePath(KEY, 2));
    },
  ],
  [
    'an outcome without a claim',
    'only what was claimed is written',
    async (store) => {
      await copy(store, outcomePath(KEY, 2), outcomePath(KEY, 9));
      await edit(store, outcomePath(KEY, 9), () => ({ attempt: 9 }));
    },
  ],
  [
    'a gap in the attempts',
    'attempts are numbered without gaps',
    async (store) => {
      await move(store, claimPath(KEY, 3), claimPath(KEY, 4));
      await edit(store, claimPath(KEY, 4), () => ({ attempt: 4 }));
    },
  ],
  [
    'a claim of an earlier round',
    'rounds never go back',
    (store) => edit(store, claimPath(KEY, 1), () => ({ round: 1 })),
  ],
  [
    'an attempt that started while the one before it still ran',
    'an attempt starts only after the one before it ended',
    (store) => store.remove(outcomePath(KEY, 2)),
  ],
  [
    'an attempt that began anew although a checkpoint was durable',
    'an attempt goes on from the newest durable checkpoint',
    (store) => edit(store, startPath(KEY, 2), () => ({ resumedFrom: null })),
  ],
  [
    'an attempt that went on from an older checkpoint',
    'an attempt goes on from the newest durable checkpoint',
    (store) => edit(store, startPath(KEY, 3), () => ({ resumedFrom: { attempt: 1, step: 2 } })),
  ],
  [
    'an attempt that went on from a checkpoint of its own',
    'an attempt goes on from the newest durable checkpoint',
    (store) => edit(store, startPath(KEY, 3), () => ({ resumedFrom: { attempt: 3, step: 5 } })),
  ],
  [
    'an attempt that calls damaged what never was there',
    'an attempt goes on from the newest durable checkpoint',
    (store) =>
      edit(store, startPath(KEY, 3), () => ({ damaged: [{ attempt: 1, step: 3, reason: '' }] })),
  ],
  [
    'a first attempt that went on from something',
    'an attempt goes on from the newest durable checkpoint',
    (store) => edit(store, startPath(KEY, 1), () => ({ resumedFrom: { attempt: 1, step: 1 } })),
  ],
  [
    'a result without a start',
    'an attempt starts before it checkpoints or is done',
    (store) => store.remove(startPath(KEY, 3)),
  ],
  [
    'a checkpoint at a step that was done before',
    'checkpoints only move forward',
    (store) =>
      edit(store, outcomePath(KEY, 3), ({ partials }) => ({
        partials: [...(partials as Fields[]), { attempt: 3, step: 1 }],
      })),
  ],
  [
    'a second training that was done',
    'a block is done once a round',
    async (store, { block }) =>
      edit(store, outcomePath(KEY, 2), () => ({
        result: 'done',
        manifest: block.manifest,
        computeSeconds: 1,
      })),
  ],
  [
    'a lease renewed after the attempt was done',
    'no lease is renewed after the end',
    (store) => edit(store, leasePath(KEY, 3), ({ beat }) => ({ beat: Number(beat) + 1 })),
  ],
  [
    'a lease renewed twice after the attempt was taken for lost',
    'no lease is renewed after the end',
    (store) => edit(store, leasePath(KEY, 2), ({ beat }) => ({ beat: Number(beat) + 2 })),
  ],
  [
    'a partial checkpoint left behind',
    'a committed block has no partial checkpoints',
    async (store) => {
      const manifest = { format: 1, key: KEY, attempt: 2, round: 0, step: 4, files: [] };
      await store.create(partialManifestPath(KEY, 2, 4), encodeRecord(manifest));
    },
  ],
  [
    'files of a partial checkpoint left behind',
    'a committed block has no partial checkpoints',
    async (store) => void (await store.create(partialFilePath(KEY, 2, 4, 'sum'), text('10'))),
  ],
  [
    'an attempt that never ended',
    'every attempt on a committed block has ended',
    (store) => store.remove(outcomePath(KEY, 1)),
  ],
  [
    'a manifest that nobody was done with',
    'what is committed is what an attempt was done with',
    (store) => edit(store, manifestPath(KEY), () => ({ tokens: 101 })),
  ],
  [
    'the same manifest committed again',
    'a new generation differs from the one before',
    async (store) => {
      const damage = { format: 1, key: KEY, round: 1, generation: 1, reasons: [] };
      await store.create(damagePath(KEY, 1), encodeRecord(damage));
      await copy(store, manifestPath(KEY), manifestPath(KEY, 2));
    },
  ],
  [
    'a second manifest without damage to the first',
    'a new generation follows damage',
    async (store) => {
      await copy(store, manifestPath(KEY), manifestPath(KEY, 2));
      await edit(store, manifestPath(KEY, 2), () => ({ tokens: 101 }));
    },
  ],
  [
    'a block trained from something its parent never committed',
    'a block stems from what its parent committed',
    (store) =>
      edit(store, manifestPath(KEY), () => ({ parent: { key: PARENT, manifest: keyOf('other') } })),
  ],
  [
    'a parent that is not committed',
    'a block stems from what its parent committed',
    (store) => store.remove(manifestPath(PARENT)),
  ],
  [
    'a lost file of a committed block',
    'what is committed is whole',
    (store, { block }) => store.remove(blobPath(block.manifest.files[0]?.sha256 ?? '')),
  ],
  [
    'a flipped bit in a file of a committed block',
    'what is committed is whole',
    async (store, { block }) => {
      const path = blobPath(block.manifest.files[0]?.sha256 ?? '');
      const bytes = Buffer.from((await store.read(path)) ?? '');
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      await store.replace(path, bytes);
    },
  ],
  [
    'a score of weights that no block committed',
    STEMS,
    async (store) => {
      const score = { format: 1, key: KEY, weights: keyOf('other') };
      await store.create(scorePath(KEY), encodeRecord(score));
    },
  ],
  [
    'a score of predictions that are gone',
    WHOLE,
    async (store, { block }) => {
      const score = { format: 1, key: KEY, weights: block.sha256, prediction: keyOf('gone') };
      await store.create(scorePath(KEY), encodeRecord(score));
    },
  ],
  [
    'predictions for prompts that are gone',
    WHOLE,
    async (store, { block }) => {
      const predictions = { format: 1, key: KEY, weights: block.sha256, prompts: keyOf('gone') };
      await store.create(predictionsPath(KEY), encodeRecord(predictions));
    },
  ],
  [
    'a checkpoint whose file is gone, of a block that is not committed yet',
    WHOLE,
    async (store) => {
      await store.remove(await unfinishedFile(store));
    },
  ],
  [
    'a checkpoint with a file of another content, of a block that is not committed yet',
    WHOLE,
    async (store) => {
      await store.replace(await unfinishedFile(store), text('another'));
    },
  ],
  [
    'a blob that is not what its name says',
    WHOLE,
    async (store) => void (await store.create(blobPath(keyOf('blob')), text('another'))),
  ],
  [
    'a plan that was collected as garbage',
    PLANNED,
    async (store) => {
      const { sha256 } = await store.putBlob(text('{"plan":1}'));
      await store.create(planPath('demo-1', sha256), encodeRecord({ format: 1, plan: sha256 }));
      await store.remove(blobPath(sha256));
    },
  ],
];
