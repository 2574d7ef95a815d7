import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Attempt, claimAttempt, recordOutcome, recordStart } from '../../store/attempts.ts';
import { type Block, commitBlock, readBlock } from '../../store/blocks.ts';
import { createLeaseObserver, type LeaseObserver, renewLease } from '../../store/leases.ts';
import { cleanPartials, putPartial, restoreNewestPartial } from '../../store/partials.ts';
import type { BlockManifest, Owner } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { keyOf, ownerElsewhere, text, writeFiles } from './support.ts';

export const STEPS = 6;
export const CHECKPOINT_EVERY = 2;

export interface Work {
  key: string;
  parent?: Block;
  /** Where the worker keeps its files. */
  folder: string;
  owner?: Owner;
  observer?: LeaseObserver;
  /** Told every step that is computed. */
  onStep?: (step: number) => void;
  /** Decides what training yields, together with the steps. */
  seed?: string;
}

/** Has lapsed at once: nobody else can be alive. */
export const noPatience = (): LeaseObserver => createLeaseObserver(0);

/**
 * A small worker: its training adds up step numbers, so that the result shows whether what was restored was right. Ends
 * with null where it is superseded or another holds the claim.
 */
export async function workOn(store: Store, work: Work): Promise<Block | null> {
  const { key, owner = ownerElsewhere(), observer = noPatience() } = work;
  const claim = await claimAttempt(store, key, owner, observer);
  switch (claim.state) {
    case 'held':
      return null;
    case 'committed':
      return finish(store, claim.block.manifest);
    case 'finished':
      return finish(store, claim.outcome.manifest);
    case 'claimed': {
      const manifest = await train(store, claim.attempt, work);
      return manifest && finish(store, manifest);
    }
  }
}

export function manifestOf(
  key: string,
  files: BlockManifest['files'],
  parent?: Block,
): BlockManifest {
  return {
    format: 1,
    key,
    parent: parent ? { key: parent.manifest.key, manifest: parent.sha256 } : null,
    trainer: keyOf('trainer'),
    steps: STEPS,
    tokens: 100,
    files,
  };
}

async function train(store: Store, attempt: Attempt, work: Work): Promise<BlockManifest | null> {
  const folder = join(work.folder, `${attempt.number}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const restored = await restoreNewestPartial(store, attempt, join(folder, 'resume'));
  await recordStart(store, attempt, restored);
  const from = restored.resumedFrom?.step ?? 0;
  let sum = from === 0 ? 0 : Number(await readFile(join(folder, 'resume', 'sum'), 'utf8'));
  for (let step = from + 1; step <= STEPS; step++) {
    work.onStep?.(step);
    sum += step;
    if (!(await renewLease(store, attempt, step, step))) return null;
    const files = { sum: `${sum}`, 'state/random': `${step}` };
    if (!(await checkpoint(store, attempt, step, join(folder, `${step}`), files))) return null;
  }
  const weights = text(`${work.key} ${work.parent?.sha256} ${work.seed} ${sum}`);
  const ref = await store.putBlob(weights, { overwrite: attempt.round > 0 });
  const manifest = manifestOf(work.key, [{ name: 'weights', ...ref }], work.parent);
  const ending = { result: 'done', step: STEPS, manifest, computeSeconds: 1 } as const;
  return (await recordOutcome(store, attempt, ending)) ? manifest : null;
}

async function checkpoint(
  store: Store,
  attempt: Attempt,
  step: number,
  folder: string,
  files: Record<string, string>,
): Promise<boolean> {
  if (step % CHECKPOINT_EVERY !== 0 || step === STEPS) return true;
  return putPartial(store, attempt, step, await writeFiles(folder, files));
}

async function finish(store: Store, manifest: BlockManifest): Promise<Block | null> {
  await commitBlock(store, manifest);
  await cleanPartials(store, manifest.key);
  return (await readBlock(store, manifest.key)) ?? null;
}
