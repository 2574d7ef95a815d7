import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkInvariants } from '../../store/check-invariants.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { verifyStore } from '../../store/verify.ts';
import { findBytes } from '../support/find-bytes.ts';
import { findProcesses, killProcess, waitFor } from '../support/home-processes.ts';
import {
  makePlace,
  type Place,
  RatchetProcess,
  runToEnd,
  smallSweep,
  writeSweep,
} from '../support/sweep-process.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { CREDENTIALS, HAS_S3, type S3Server, startVersitygw } from './server.ts';

describe.skipIf(!HAS_S3)('a sweep whose store is on S3', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  test('killed in the middle, gives the bytes of one on files, and no secret anywhere', async () => {
    const onFiles = newPlace();
    const whole = await runToEnd(onFiles, writeSweep(onFiles, tinySweep()));
    expect(whole).toMatchObject({ code: 0, state: 'done' });

    const place = newPlace();
    const url = server.newUrl();
    const file = writeSweep(place, tinySweep({ store: url }));
    const env = { ...server.env, TOY_STEP_MS: '80' };
    const first = new RatchetProcess(place, ['run', file, '--json'], env);
    const store = await openS3Store(url);
    const isMidway = async (): Promise<boolean> =>
      (await store.list('blocks/')).filter((path) => path.endsWith('/manifest.json')).length > 0;
    expect(await waitFor(isMidway, 60_000, 100)).toBe(true);
    const died = findProcesses(place.home).filter(killProcess);
    expect(new Set(died.map(({ role }) => role))).toContain('worker');
    await first.exited;

    const finished = await runToEnd(place, file, env);
    expect(finished).toEqual(whole);
    expect(await checkInvariants(store)).toEqual([]);
    expect((await verifyStore(store, { deep: true })).findings).toEqual([]);
    expect(await findBytes(place.folder, CREDENTIALS.AWS_SECRET_ACCESS_KEY)).toEqual([]);
    expect(await findBytes(server.folder, CREDENTIALS.AWS_SECRET_ACCESS_KEY)).toEqual([]);
    // The scan does find what is there, logs of trainers included.
    expect(await findBytes(place.folder, finished.sweep)).not.toEqual([]);
    expect(await findBytes(server.folder, 'credentials of the store: none')).not.toEqual([]);
  }, 240_000);

  test('that never answers ends in one clear message and exit code 8', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.close());
    proxy.choose = () => 503;
    const place = newPlace();
    const file = writeSweep(place, tinySweep({ store: server.newUrl() }));
    const env = { ...server.env, AWS_ENDPOINT_URL_S3: proxy.endpoint, RATCHET_STORE_PATIENCE: '2' };
    const run = new RatchetProcess(place, ['run', file, '--json'], env);
    expect(await run.exited).toBe(8);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/^cannot .* no good answer for \d s \(503.*\); check .*\n$/);
  });

  test('that does not answer for a while is told of, once, while it is asked again', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.close());
    proxy.choose = () => 503;
    const place = newPlace();
    const file = writeSweep(place, tinySweep({ store: server.newUrl() }));
    const env = { ...server.env, AWS_ENDPOINT_URL_S3: proxy.endpoint };
    const run = new RatchetProcess(place, ['run', file, '--json'], env);
    expect(await waitFor(() => run.stderr.includes('asking again'), 60_000)).toBe(true);
    proxy.choose = () => undefined;
    expect(await run.exited).toBe(0);
    expect(run.stderr.match(/^cannot .* yet \(503.*\); asking again$/gm)).toHaveLength(1);
  });
});

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

/** Two lineages of two blocks. */
function tinySweep(changes: object = {}): object {
  return smallSweep({ stream: { domains: ['travel', 'banking'] }, seeds: 1, ...changes });
}
