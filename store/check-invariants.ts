import { z } from 'zod';
import { type AttemptHistory, readHistory } from './attempt-history.ts';
import { ATTEMPT_INVARIANTS } from './attempt-invariants.ts';
import {
  type Block,
  decodeBlock,
  findDamagedFiles,
  inspectBlock,
  readGenerations,
} from './blocks.ts';
import { canonicalJson } from '../contract/digest.ts';
import { listDamage } from './damage.ts';
import {
  attemptFolder,
  attemptsFolder,
  blockFolder,
  BLOCKS,
  manifestPath,
  parsePath,
  planAt,
  PREDICTIONS,
  SCORES,
  SWEEPS,
} from './layout.ts';
import { readRecord, sha256Of, unlessDamaged } from './records.ts';
import { type Store, StoreError } from './store.ts';
import { verifyStore } from './verify.ts';

/** A promise that was not kept. */
export interface Violation {
  invariant: string;
  path: string;
  what: string;
}

/**
 * The offline checker: reads everything that attempts left about every block, while nothing runs, and reports what
 * contradicts the promises of this store. It changes nothing. See `ATTEMPT_INVARIANTS` and `BLOCK_INVARIANTS`.
 */
export async function checkInvariants(store: Store): Promise<Violation[]> {
  const keys = new Set((await store.list(BLOCKS)).flatMap((path) => parsePath(path)?.key ?? []));
  const violations: Violation[] = [];
  for (const key of [...keys].toSorted()) violations.push(...(await checkKey(store, key)));
  violations.push(...(await checkCells(store, keys)));
  violations.push(...(await checkObjects(store, keys)), ...(await checkPlans(store)));
  return violations;
}

export const WHOLE = 'what was acknowledged is there, and is what was stored';

/**
 * Blobs, checkpoints that an attempt may go on from, and what predictions and scores stand on. A blob whose damage was found
 * stays as it is where its block came out differently when it was computed again.
 */
async function checkObjects(store: Store, keys: ReadonlySet<string>): Promise<Violation[]> {
  const { findings } = await verifyStore(store, { deep: true });
  const recorded = await Promise.all([...keys].map((key) => unlessDamaged(listDamage(store, key))));
  const known = recorded.flat(2).join('\n');
  return findings
    .filter(({ kind, path }) => kind !== 'damaged blob' || !known.includes(path.slice(-64)))
    .map(({ kind, path, what }) => ({
      invariant: kind === 'unreadable' ? READABLE : WHOLE,
      path,
      what,
    }));
}

export const PLANNED = 'what a sweep was submitted with is there';

/** Of a plan hangs everything that a sweep still needs: garbage collection marks from it. */
async function checkPlans(store: Store): Promise<Violation[]> {
  const submitted = (await store.list(SWEEPS)).flatMap((path) => {
    const plan = planAt(path);
    return plan === undefined ? [] : [{ path, plan }];
  });
  const violations: Violation[] = [];
  for (const { path, plan } of submitted)
    if (!(await store.hasBlob(plan)))
      violations.push({ invariant: PLANNED, path, what: 'its plan is gone' });
  return violations;
}

export const STEMS = 'predictions and scores stem from what a block committed';
const cellSchema = z.looseObject({ weights: z.string().nullable() });

async function checkCells(store: Store, blocks: Iterable<string>): Promise<Violation[]> {
  const committed = new Set<string | null>([null]);
  for (const key of blocks)
    for (const { bytes } of await readGenerations(store, key)) committed.add(sha256Of(bytes));
  const violations: Violation[] = [];
  for (const path of [...(await store.list(PREDICTIONS)), ...(await store.list(SCORES))]) {
    try {
      const cell = await readRecord(store, path, cellSchema);
      if (cell && !committed.has(cell.weights))
        violations.push({ invariant: STEMS, path, what: `no block committed ${cell.weights}` });
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== 'corrupt') throw error;
      violations.push({ invariant: READABLE, path, what: error.message });
    }
  }
  return violations;
}

/** Everything known about one block. */
interface BlockHistory {
  store: Store;
  key: string;
  paths: string[];
  attempts: AttemptHistory[];
  generations: Block[];
  /** The newest generation is committed and undamaged. */
  settled: boolean;
  /** It has given up its weights. */
  pruned: boolean;
  /** How often it was found damaged. */
  rounds: number;
}

/** What must hold of each block. Answers what is wrong, by path. */
export const BLOCK_INVARIANTS: Record<
  string,
  (block: BlockHistory) => Promise<[string, string][]> | [string, string][]
> = {
  'only what was claimed is written': ({ key, paths, attempts }) => {
    const claimed = new Set(attempts.map(({ number }) => number));
    return paths
      .filter((path) => path.startsWith(attemptsFolder(key)))
      .filter((path) => !claimed.has(parsePath(path)?.attempt ?? 0))
      .map((path) => [path, 'no claim stands for it']);
  },

  'a committed block has no partial checkpoints': ({ paths, settled }) =>
    paths
      .filter((path) => settled && parsePath(path)?.kind.startsWith('partial'))
      .map((path) => [path, 'it was left behind']),

  'every attempt on a committed block has ended': ({ key, attempts, settled }) =>
    attempts
      .filter(({ outcome }) => settled && !outcome)
      .map(({ number }) => [attemptFolder(key, number), 'it has no outcome']),

  'what is committed is what an attempt was done with': ({ key, attempts, generations }) => {
    const done = new Set(
      attempts.flatMap(({ outcome }) =>
        outcome?.result === 'done' ? [canonicalJson(outcome.manifest)] : [],
      ),
    );
    return generations
      .filter(({ manifest }) => !done.has(canonicalJson(manifest)))
      .map(({ generation }) => [manifestPath(key, generation), 'no attempt was done with it']);
  },

  'a new generation differs from the one before': ({ key, generations }) =>
    generations
      .filter(({ sha256 }, index) => sha256 === generations[index - 1]?.sha256)
      .map(({ generation }) => [manifestPath(key, generation), 'it was committed before']),

  'a new generation follows damage': ({ key, generations, rounds }) =>
    generations
      .filter(({ generation }) => generation > rounds + 1)
      .map(({ generation }) => [manifestPath(key, generation), `damage was found ${rounds} times`]),

  'a block stems from what its parent committed': async ({ store, key, generations }) => {
    const wrong: [string, string][] = [];
    for (const { manifest, generation } of generations) {
      if (!manifest.parent) continue;
      const committed = await readGenerations(store, manifest.parent.key);
      const known = committed.some(
        (parent) => sha256Of(parent.bytes) === manifest.parent?.manifest,
      );
      if (!known)
        wrong.push([manifestPath(key, generation), 'its parent committed something else']);
    }
    return wrong;
  },

  'what is committed is whole': async ({ store, key, generations, settled, pruned }) => {
    const newest = generations.at(-1);
    if (!newest) return [];
    const path = manifestPath(key, newest.generation);
    if (!settled) return [[path, 'it is damaged']];
    if (pruned) return [];
    const damaged = await findDamagedFiles(store, newest.manifest);
    return damaged.map((reason) => [path, reason]);
  },
};

async function checkKey(store: Store, key: string): Promise<Violation[]> {
  const violations: Violation[] = [];
  const block = await readBlockHistory(store, key, (error) =>
    violations.push({ invariant: READABLE, path: blockFolder(key), what: error.message }),
  );
  for (const [invariant, check] of Object.entries(BLOCK_INVARIANTS)) {
    for (const [path, what] of await check(block)) violations.push({ invariant, path, what });
  }
  for (const [index, attempt] of block.attempts.entries()) {
    const view = { ...attempt, before: block.attempts.slice(0, index) };
    for (const [invariant, check] of Object.entries(ATTEMPT_INVARIANTS)) {
      const what = check(view);
      if (what) violations.push({ invariant, path: attemptFolder(key, attempt.number), what });
    }
  }
  return violations;
}

export const READABLE = 'every record is readable and lies where it belongs';

async function readBlockHistory(
  store: Store,
  key: string,
  onDamage: (error: StoreError) => void,
): Promise<BlockHistory> {
  const read = async <T>(reading: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await reading();
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== 'corrupt') throw error;
      onDamage(error);
      return undefined;
    }
  };
  const generations: Block[] = [];
  for (const stored of await readGenerations(store, key)) {
    const block = await read(() => decodeBlock(stored));
    if (block) generations.push(block);
  }
  const found = await inspectBlock(store, key);
  return {
    store,
    key,
    paths: await store.list(blockFolder(key)),
    attempts: await readHistory(store, key, (reading) => read(() => reading)),
    generations,
    settled: found.state === 'intact' || found.state === 'pruned',
    pruned: found.state === 'pruned',
    rounds: found.state === 'absent' ? 0 : found.round,
  };
}
