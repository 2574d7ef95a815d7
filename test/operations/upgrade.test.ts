import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { ratchet } from '../cli/ratchet.ts';
import type { Check } from '../../cli/check.ts';
import { openFileStore } from '../../store/file-store.ts';
import { waitFor } from '../support/home-processes.ts';
import {
  RatchetProcess,
  readFinished,
  runToEnd,
  smallSweep,
  TrainingHold,
  writeSweep,
} from '../support/sweep-process.ts';
import { checkHistories } from '../workflows/histories.ts';
import { BUNDLE, silenceTemporal } from '../workflows/temporal.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';

const DEPLOYMENT = { TEMPORAL_DEPLOYMENT_NAME: 'team/ratchet' };

it('goes on under a new version of the workers while the sweep runs, with the same bytes', async () => {
  const place = newPlace();
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const hold = new TrainingHold(place);
  const of = (build: string) => ({
    TEMPORAL_ADDRESS,
    ...DEPLOYMENT,
    TEMPORAL_WORKER_BUILD_ID: build,
    ...hold.env,
    TOY_STEP_MS: '20',
  });
  const makeCurrent = (build: string) =>
    ratchet(['worker', '--make-current'], { cwd: place.folder, env: of(build) });
  const examine = async (env: Record<string, string>): Promise<Check | undefined> => {
    const { stdout } = await ratchet(['doctor', '--json'], { cwd: place.folder, env });
    return (JSON.parse(stdout) as Check[]).find(({ name }) => name === 'deployment');
  };
  const storeFolder = `${place.folder}/store`;
  const sweep = smallSweep({ seeds: 1, parallelism: 1, store: `file://${storeFolder}` });
  const file = writeSweep(place, sweep);

  const before = await DeployedWorker.start(of('A'));
  expect((await makeCurrent('A')).stderr).toBe('team/ratchet: all work goes to build A\n');
  const run = new RatchetProcess(place, ['run', file, '--json'], { TEMPORAL_ADDRESS });
  const store = await openFileStore(storeFolder);
  const isMidway = async (): Promise<boolean> =>
    (await store.list('blocks/')).some((path) => path.endsWith('/manifest.json'));
  expect(await waitFor(isMidway, 60_000)).toBe(true);
  hold.begin();

  const after = await DeployedWorker.start(of('B'));
  expect(await examine(of('B'))).toMatchObject({
    ok: false,
    found: 'team/ratchet: work goes to build A, not to B',
  });
  expect((await makeCurrent('B')).code).toBe(0);
  expect(await examine(of('B'))).toMatchObject({ ok: true });
  expect(await before.drain()).toBe(0);
  hold.end();
  const finished = readFinished(run, await run.exited);
  expect(finished).toMatchObject({ code: 0, state: 'done' });
  expect(after.stdout).toContain('"message":"train ');

  const connection = await Connection.connect({ address: TEMPORAL_ADDRESS });
  onTestFinished(() => connection.close());
  const client = new Client({ connection });
  const { raw } = await client.workflow.getHandle(finished.sweep).describe();
  const { versioningInfo } = raw.workflowExecutionInfo ?? {};
  expect(versioningInfo?.deploymentVersion?.buildId).toBe('B');
  silenceTemporal();
  await checkHistories(client, BUNDLE);

  const plain = newPlace();
  const whole = await runToEnd(plain, writeSweep(plain, { ...sweep, store: undefined }));
  expect(finished).toEqual(whole);
});

it('says that workers have no versions without the name of a deployment', async () => {
  const { folder } = newPlace();
  const TEMPORAL_ADDRESS = '127.0.0.1:7233';
  const nameless = await ratchet(['worker', '--make-current'], {
    cwd: folder,
    env: { TEMPORAL_ADDRESS },
  });
  expect(nameless.stderr).toMatch(/^TEMPORAL_DEPLOYMENT_NAME is not set/);
  expect(nameless.code).toBe(2);
});
