import { randomUUID } from 'node:crypto';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { type Check, failed, passed } from './check.ts';
import { judgeClock } from './check-clock.ts';

export async function checkStore(url: string): Promise<Check[]> {
  try {
    return await probeStore(await openStore(url));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const mend = url.startsWith('s3:')
      ? 'see AWS_ENDPOINT_URL_S3, AWS_REGION and the credentials, as any AWS tool reads them'
      : 'name a folder that may be written, in the sweep file or as RATCHET_HOME';
    return [failed('store', found, mend)];
  }
}

/** That the store can be written, that a conditional write is really refused, and that its clock is right. */
export async function probeStore(store: Store): Promise<Check[]> {
  const probe = `probes/${randomUUID()}.json`;
  try {
    return [await checkConditions(store, probe), await checkClock(store, probe)];
  } finally {
    await store.remove(probe);
  }
}

/** The second writer must be refused, and must leave alone what the first wrote. */
async function checkConditions(store: Store, probe: string): Promise<Check> {
  const [first, second] = ['first', 'second'].map((text) => new TextEncoder().encode(text));
  const created = await store.create(probe, first ?? new Uint8Array());
  const again = await store.create(probe, second ?? new Uint8Array());
  const stands = new TextDecoder().decode(await store.read(probe));
  if (created && !again && stands === 'first')
    return passed('store', `${store.url}, create-only writes hold`);
  const mend = store.url.startsWith('s3:')
    ? 'use a server that honours If-None-Match: AWS, MinIO or versitygw of today do'
    : 'put the store on a file system with hard links';
  return failed('store', `${store.url}: a second create-only write went through`, mend);
}

/** What the store says of the moment at which the probe was written, to the second. */
async function checkClock(store: Store, probe: string): Promise<Check> {
  const folder = probe.slice(0, probe.lastIndexOf('/') + 1);
  const found = (await store.measure(folder)).find(({ path }) => path === probe);
  return judgeClock("the store's clock", (found?.modified ?? 0) - Date.now());
}
