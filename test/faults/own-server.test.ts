import { expect, it, onTestFinished } from 'vitest';
import { checkInvariants } from '../../store/check-invariants.ts';
import { choosePorts, isAnswering, startServer } from '../../worker/embedded-server.ts';
import { openHome } from '../../worker/home.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import { findProcesses, killProcess, type Role, waitFor } from '../support/home-processes.ts';
import {
  makePlace,
  openStoreOf,
  type Place,
  RatchetProcess,
  readFinished,
  runToEnd,
  smallSweep,
  writeSweep,
} from '../support/sweep-process.ts';

const SWEEP = smallSweep({ stream: { domains: ['travel', 'banking'] }, seeds: 1 });

it.skipIf(process.platform !== 'linux')(
  "ends in the same bytes on a Temporal server of one's own, whoever of ours is killed",
  async () => {
    const place = newPlace();
    const file = writeSweep(place, SWEEP);
    const env = { TEMPORAL_ADDRESS: await startOwnServer(newPlace()), TOY_STEP_MS: '80' };
    const run = new RatchetProcess(place, ['run', file, '--json'], env);
    for (const role of ['worker', 'supervisor'] as const) await killWhileLearning(place, role);
    const finished = readFinished(run, await run.exited);
    const whole = await runToEnd(newPlace(), file);
    expect(finished).toEqual(whole);
    expect(findProcesses(place.home, 'server')).toEqual([]);
    expect(await checkInvariants(await openStoreOf(place))).toEqual([]);
  },
);

async function startOwnServer(place: Place): Promise<string> {
  const ports = await choosePorts(null);
  const binary = await obtainTemporal(() => undefined);
  const server = startServer(binary, openHome(place.home), ports);
  onTestFinished(() => void server.kill('SIGKILL'));
  expect(await isAnswering(server, ports.server)).toBe(true);
  return `127.0.0.1:${ports.server}`;
}

async function killWhileLearning(place: Place, role: Role): Promise<void> {
  const known = new Set(findProcesses(place.home).map(({ pid }) => pid));
  const isNew = ({ pid }: { pid: number }): boolean => !known.has(pid);
  await waitFor(() => findProcesses(place.home, 'learner').some(isNew), 60_000);
  expect(findProcesses(place.home, role).map(killProcess)).toEqual([true]);
}

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}
