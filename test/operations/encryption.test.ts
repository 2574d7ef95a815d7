import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ratchet } from '../cli/ratchet.ts';
import { type Place, runToEnd, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';
import { readRawHistories } from './raw-histories.ts';

const CANARY = 'canary-of-the-store';
const WORDS = 'canary-of-the-trainer';

/** Its store's name goes through every input, its trainer's last words through every failure. */
function tellingSweep({ folder }: Place): string {
  const command = ['sh', '-c', `echo "last words: ${WORDS}" >&2; exit 1`];
  const trainer = { kind: 'command', command, identity: 'teller' };
  const store = `file://${join(folder, CANARY)}`;
  return writeSweep({ folder }, smallSweep({ trainer, seeds: 1, store }));
}

it('keeps inputs, results, failures and stacks out of raw histories, which hold them otherwise', async () => {
  const place = newPlace();
  const file = tellingSweep(place);
  const key = `2026:${randomBytes(32).toString('base64')}`;
  const seen: Record<string, boolean[]> = {};
  for (const [kind, RATCHET_PAYLOAD_KEYS] of [
    ['plain', ''],
    ['encrypted', key],
  ] as const) {
    const address = await startOwnTemporal();
    const env = { TEMPORAL_ADDRESS: address, RATCHET_PAYLOAD_KEYS };
    const worker = await DeployedWorker.start(env);
    expect(await runToEnd(place, file, env)).toMatchObject({ code: 5, state: 'failed' });
    expect(await worker.drain()).toBe(0);
    const histories = await readRawHistories(address);
    seen[kind] = [CANARY, WORDS, 'trainer-bug'].map((text) => histories.includes(text));
  }
  // What a failure is called stays: Temporal decides by it.
  expect(seen).toEqual({ plain: [true, true, true], encrypted: [false, false, true] });
});

it('runs a sweep to its end, and a command line without the key says what is missing', async () => {
  const place = newPlace();
  const env = {
    TEMPORAL_ADDRESS: await startOwnTemporal(),
    RATCHET_PAYLOAD_KEYS: `2026:${randomBytes(32).toString('base64')}`,
  };
  const worker = await DeployedWorker.start(env);
  const sweep = smallSweep({ seeds: 1, store: `file://${place.folder}/store` });
  const file = writeSweep(place, sweep);
  expect(await runToEnd(place, file, env)).toMatchObject({ code: 0, state: 'done' });
  const { code, stderr } = await ratchet(['run', file], {
    cwd: place.folder,
    env: { ...env, RATCHET_HOME: place.home, RATCHET_PAYLOAD_KEYS: '' },
  });
  expect(stderr).toMatch(
    /^what Temporal keeps in namespace default is encrypted with key 2026, which RATCHET_PAYLOAD_KEYS does not have\n$/,
  );
  expect(code).toBe(8);
  expect(await worker.drain()).toBe(0);
});
