import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CLAIM_POLL, LEASE, LEASE_RENEWAL } from '../contract/timeouts.ts';
import { createLeaseObserver } from '../store/leases.ts';
import { hasEnded, identifySelf } from '../store/process-identity.ts';
import { processSchema } from '../store/records.ts';

/**
 * A file that one process of a node holds at a time, on this machine or in any pod that mounts its folder. It saves work and
 * is no fence: whoever is taken for dead may still be at it.
 */

const holderSchema = z.object({ nonce: z.string(), process: processSchema });
type Holder = z.infer<typeof holderSchema>;

/** Waits for the lock and holds it while `act` runs; of a holder that died it is taken over. */
export async function holdLock<T>(
  file: string,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  const own: Holder = { nonce: randomUUID(), process: identifySelf() };
  await takeLock(file, own, signal);
  const renewal = setInterval(() => void touch(file), LEASE_RENEWAL);
  try {
    return await act();
  } finally {
    clearInterval(renewal);
    if ((await readHolder(file))?.nonce === own.nonce) await rm(file, { force: true });
  }
}

async function takeLock(file: string, own: Holder, signal: AbortSignal): Promise<void> {
  const observer = createLeaseObserver(LEASE);
  while (!(await createLock(file, own))) {
    const holder = await readHolder(file);
    const renewedAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if ((holder && hasEnded(holder.process)) || observer.hasLapsed(0, renewedAt))
      await removeLapsed(file, holder);
    else await delay(CLAIM_POLL, undefined, { signal });
  }
}

async function createLock(file: string, own: Holder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Of several that see it lapsed one moves it away; what turns out to be a newer lock is put back. */
async function removeLapsed(file: string, lapsed: Holder | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const found = await readHolder(aside);
  if (found?.nonce === lapsed?.nonce) await rm(aside, { force: true });
  else await rename(aside, file);
}

/** Undefined: none, or one that was being written when its holder died. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Somebody may have taken it over. */
async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}
