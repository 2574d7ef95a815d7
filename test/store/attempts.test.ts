import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import {
  countRepeatedSteps,
  listAttempts,
  readHistory,
  readOutcome,
} from '../../store/attempt-history.ts';
import {
  type Attempt,
  claimAttempt,
  type ClaimResult,
  recordOutcome,
  recordStart,
} from '../../store/attempts.ts';
import { commitBlock } from '../../store/blocks.ts';
import { claimPath, leasePath, outcomePath } from '../../store/layout.ts';
import { createLeaseObserver, isSuperseded, keepLease, renewLease } from '../../store/leases.ts';
import { identifyProcess, identifySelf } from '../../store/process-identity.ts';
import type { Owner } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { keyOf, ownerElsewhere, temporaryStore, text } from './support.ts';
import { manifestOf, noPatience } from './worker.ts';

const KEY = keyOf('block');
const LEASE = 20_000;
/** Milliseconds for what takes a few on a machine that is not busy. */
const PATIENCE = 20_000;
const patience = (): ReturnType<typeof createLeaseObserver> => createLeaseObserver(LEASE);
const ownerHere = (): Owner => ({ ...identifySelf(), sweep: 'sweep', lineage: 'keep/1' });

function attemptOf(claim: ClaimResult): Attempt {
  if (claim.state === 'claimed') return claim.attempt;
  throw new Error(`the claim is ${claim.state}`);
}

async function claimed(store: Store, owner = ownerElsewhere()): Promise<Attempt> {
  return attemptOf(await claimAttempt(store, KEY, owner, noPatience()));
}

const FAILED = { result: 'failed', step: 3, cause: 'trainer-bug', message: 'it broke' } as const;

test('the first claim is attempt 1, the next after it ended is attempt 2', async () => {
  const { store } = await temporaryStore();
  const first = attemptOf(await claimAttempt(store, KEY, ownerElsewhere(), patience()));
  expect(first).toEqual({ key: KEY, number: 1, round: 0 });
  await recordOutcome(store, first, FAILED);
  const second = attemptOf(await claimAttempt(store, KEY, ownerElsewhere(), patience()));
  expect(second.number).toBe(2);
});

test('of many that claim at once one wins, and the others learn who holds it', async () => {
  const { store } = await temporaryStore();
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      claimAttempt(store, KEY, ownerElsewhere(`keep/${index}`), patience()),
    ),
  );
  expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
  const winner = claims.findIndex(({ state }) => state === 'claimed');
  const held = claims.filter(({ state }) => state === 'held');
  expect(held).toHaveLength(19);
  expect(held[0]).toMatchObject({ attempt: 1, owner: { lineage: `keep/${winner}` } });
});

test('a living process of this machine keeps its claim', async () => {
  const { store } = await temporaryStore();
  await claimAttempt(store, KEY, ownerHere(), patience());
  expect(await claimAttempt(store, KEY, ownerHere(), patience())).toMatchObject({ state: 'held' });
});

test('a process of this machine that ended loses its claim at once', async () => {
  const { store } = await temporaryStore();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const identity = identifyProcess(child.pid ?? 0);
  const owner = { ...ownerHere(), ...identity };
  await claimAttempt(store, KEY, owner, patience());
  expect(await claimAttempt(store, KEY, ownerHere(), patience())).toMatchObject({ state: 'held' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(attemptOf(await claimAttempt(store, KEY, ownerHere(), patience())).number).toBe(2);
});

test('another process that got the same id does not keep the claim', async () => {
  const { store } = await temporaryStore();
  await claimAttempt(store, KEY, { ...ownerHere(), startTime: '1' }, patience());
  expect(attemptOf(await claimAttempt(store, KEY, ownerHere(), patience())).number).toBe(2);
});

test.each([
  ['another machine', { host: 'elsewhere' }],
  ['another boot of it', { bootId: 'before' }],
  ['another container on it', { pidNamespace: 'pid:[1]' }],
  ['a process whose start is unknown', { startTime: '' }],
])('of %s only the lease tells', async (_name, fields) => {
  const { store } = await temporaryStore();
  const owner = { ...ownerHere(), pid: 999_999_999, ...fields };
  await claimAttempt(store, KEY, owner, patience());
  expect(await claimAttempt(store, KEY, ownerHere(), patience())).toMatchObject({ state: 'held' });
});

test('a claim lapses when its observer saw no renewal for the length of the lease', async () => {
  const { store } = await temporaryStore();
  const { ask, wait } = watchClaim(store);
  const first = attemptOf(await ask());
  expect(await ask()).toMatchObject({ state: 'held' });
  await wait(LEASE - 1);
  expect(await ask()).toMatchObject({ state: 'held' });
  await renewLease(store, first, 1, 10);
  expect(await ask()).toMatchObject({ state: 'held' });
  await wait(LEASE - 1);
  expect(await ask()).toMatchObject({ state: 'held' });
  await wait(1);
  expect(await ask()).toMatchObject({ state: 'claimed', attempt: { number: 2 } });
});

test('a fresh observer waits a whole lease, however old the last renewal is', async () => {
  const { store } = await temporaryStore();
  await claimAttempt(store, KEY, ownerElsewhere(), patience());
  const { ask, wait } = watchClaim(store, 10 * LEASE);
  expect(await ask()).toMatchObject({ state: 'held' });
  await wait(LEASE);
  expect((await ask()).state).toBe('claimed');
});

test('an observer that could not look for long judges anew: the other could not renew either', async () => {
  const { store } = await temporaryStore();
  const { ask, wait, sleep } = watchClaim(store);
  await ask();
  await ask();
  sleep(3 * LEASE);
  expect(await ask()).toMatchObject({ state: 'held' });
  await wait(LEASE);
  expect((await ask()).state).toBe('claimed');
});

/** An observer with a clock of its own. `wait` looks at the claim meanwhile, `sleep` does not. */
function watchClaim(store: Store, start = 1000) {
  let now = start;
  const observer = createLeaseObserver(LEASE, () => now);
  const ask = (): Promise<ClaimResult> => claimAttempt(store, KEY, ownerElsewhere(), observer);
  const sleep = (milliseconds: number): void => {
    now += milliseconds;
  };
  const wait = async (milliseconds: number): Promise<void> => {
    sleep(Math.floor(milliseconds / 2));
    if (milliseconds > 1) await ask();
    sleep(Math.ceil(milliseconds / 2));
  };
  return { ask, sleep, wait };
}

test('who takes over writes down that the one before is lost, with what it last reported', async () => {
  const { store } = await temporaryStore();
  const first = await claimed(store);
  await renewLease(store, first, 1, 17);
  await claimed(store);
  expect(await readOutcome(store, KEY, 1)).toMatchObject({ result: 'lost', beat: 1, step: 17 });
});

test('a superseded attempt learns it from everything it does', async () => {
  const { store } = await temporaryStore();
  const first = await claimed(store);
  await claimed(store);
  expect(await isSuperseded(store, first)).toBe(true);
  expect(await renewLease(store, first, 1, 5)).toBe(false);
  expect(await store.read(leasePath(KEY, 1))).toBeUndefined();
  expect(await recordOutcome(store, first, FAILED)).toBe(false);
  expect(await readOutcome(store, KEY, 1)).toMatchObject({ result: 'lost' });
});

test('an end that was written before is no end by another', async () => {
  const { store } = await temporaryStore();
  const attempt = await claimed(store);
  expect(await recordOutcome(store, attempt, FAILED)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(await recordOutcome(store, attempt, FAILED)).toBe(true);
});

test('a kept lease is renewed with the step until it is stopped', async () => {
  const { store } = await temporaryStore();
  const attempt = await claimed(store);
  let step = 0;
  const lease = keepLease(store, attempt, { renewal: 5, lease: LEASE, step: () => (step += 10) });
  await vi.waitFor(() => expect(step).toBeGreaterThan(20), PATIENCE);
  await lease.stop();
  const [history] = await readHistory(store, KEY);
  expect(history?.lease?.beat).toBeGreaterThan(1);
  expect(history?.lease?.step).toBe((history?.lease?.beat ?? 0) * 10);
  expect(lease.lost.aborted).toBe(false);
});

test('a kept lease says when a newer attempt took over', async () => {
  const { store } = await temporaryStore();
  const lease = keepLease(store, await claimed(store), { renewal: 5, lease: LEASE, step: () => 0 });
  await claimed(store);
  await vi.waitFor(() => expect(lease.lost.aborted).toBe(true), PATIENCE);
  await lease.stop();
});

test('a kept lease outlives a short failure of the store, not a long one', async () => {
  const { store } = await temporaryStore();
  const attempt = await claimed(store);
  let down = true;
  const flaky = new Proxy(store, {
    get: (target, name) => {
      if (name === 'replace' && down) return () => Promise.reject(new Error('down'));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const lease = keepLease(flaky, attempt, { renewal: 5, lease: 1500, step: () => 0 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  down = false;
  await vi.waitFor(async () => expect(await store.read(leasePath(KEY, 1))).toBeDefined(), PATIENCE);
  expect(lease.lost.aborted).toBe(false);
  down = true;
  await vi.waitFor(() => expect(lease.lost.aborted).toBe(true), PATIENCE);
});

test('training that is done is never done again, also if nobody committed it', async () => {
  const { store } = await temporaryStore();
  const first = await claimed(store);
  const manifest = manifestOf(KEY, [{ name: 'w', ...(await store.putBlob(text('weights'))) }]);
  const ending = { result: 'done', step: 6, manifest, computeSeconds: 2 } as const;
  expect(await recordOutcome(store, first, ending)).toBe(true);
  const found = await claimAttempt(store, KEY, ownerElsewhere(), patience());
  expect(found).toMatchObject({ state: 'finished', outcome: { attempt: 1, manifest } });
  await commitBlock(store, manifest);
  const committed = await claimAttempt(store, KEY, ownerElsewhere(), patience());
  expect(committed).toMatchObject({ state: 'committed', block: { manifest } });
  expect(await listAttempts(store, KEY)).toEqual([1]);
});

test('training whose files were lost before the commit is done again', async () => {
  const { store } = await temporaryStore();
  const manifest = manifestOf(KEY, [{ name: 'w', sha256: keyOf('never stored'), size: 5 }]);
  const ending = { result: 'done', step: 6, manifest, computeSeconds: 2 } as const;
  await recordOutcome(store, await claimed(store), ending);
  expect(await claimed(store)).toMatchObject({ number: 2 });
});

test('an attempt starts once', async () => {
  const { store } = await temporaryStore();
  const attempt = await claimed(store);
  await recordStart(store, attempt, { resumedFrom: null, damaged: [] });
  await recordStart(store, attempt, { resumedFrom: null, damaged: [] });
  const other = { resumedFrom: { attempt: 1, step: 2 }, damaged: [] };
  await expect(recordStart(store, attempt, other)).rejects.toMatchObject({ fault: 'refused' });
});

test('damaged records of an attempt stop nobody: its lease decides', async () => {
  const { store } = await temporaryStore();
  await claimed(store);
  await store.replace(claimPath(KEY, 1), text('{"half'));
  await store.replace(outcomePath(KEY, 1), text(''));
  await store.replace(leasePath(KEY, 1), text('[]'));
  const held = await claimAttempt(store, KEY, ownerElsewhere(), patience());
  expect(held).toEqual({ state: 'held', attempt: 1, owner: null });
  expect(await claimed(store)).toMatchObject({ number: 2 });
});

test('a key that is no digest is refused before anything is written', async () => {
  const { store } = await temporaryStore();
  const claiming = claimAttempt(store, 'block-1', ownerElsewhere(), patience());
  await expect(claiming).rejects.toMatchObject({ fault: 'refused' });
  expect(await store.list('')).toEqual([]);
});

test('repeated steps are those done more than once', async () => {
  const { store } = await temporaryStore();
  const starts = [
    null,
    { attempt: 1, step: 10 },
    { attempt: 1, step: 10 },
    { attempt: 3, step: 20 },
  ];
  const reached = [17, 12, 20, 30];
  for (const [index, resumedFrom] of starts.entries()) {
    const attempt = await claimed(store);
    await recordStart(store, attempt, { resumedFrom, damaged: [] });
    await recordOutcome(store, attempt, { ...FAILED, step: reached[index] ?? 0 });
  }
  // Done: 17 + 2 + 10 + 10; needed: 30.
  expect(countRepeatedSteps(await readHistory(store, KEY))).toBe(9);
});
