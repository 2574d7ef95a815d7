import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { GpuLeases, HeldGpus } from '../../compute/gpu-leases.ts';
import { killGroup } from '../../compute/leftovers.ts';
import { identifyProcess, identifySelf } from '../../store/process-identity.ts';
import type { ProcessIdentity } from '../../store/records.ts';
import { waitFor } from '../support/home-processes.ts';

const [A = '', B = '', C = ''] = ['a', 'b', 'c'].map((name) => `GPU-${name}-${randomUUID()}`);
const ALL = [A, B, C];

let folder: string;
beforeEach(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'ratchet-leases-'));
  folder = join(scratch, 'leases');
  onTestFinished(() => rmSync(scratch, { recursive: true }));
});

/** Throws unless it got them. */
async function take(leases: GpuLeases, wanted: number, gpus = ALL): Promise<HeldGpus> {
  const taken = await leases.take(gpus, wanted);
  if (taken instanceof HeldGpus) return taken;
  throw new Error(`only ${taken.free} are free`);
}

/** A process that leads a group, with what it started: it tells that one's id. */
async function startGroup(): Promise<{ leader: ChildProcess; member: number }> {
  const leader = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], { detached: true });
  onTestFinished(() => killGroup(leader.pid));
  const [line] = (await once(leader.stdout, 'data')) as [Buffer];
  return { leader, member: Number(line.toString()) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function identify(child: ChildProcess): ProcessIdentity {
  const identity = identifyProcess(child.pid ?? 0);
  if (!identity) throw new Error('no such process');
  return identity;
}

/** A lease as another process left it. */
function leave(lease: { worker: ProcessIdentity; trainer?: ProcessIdentity }): void {
  mkdirSync(folder, { recursive: true });
  const left = { gpus: [A], trainer: null, ...lease };
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(left));
}

const isFree = async (leases = new GpuLeases(folder)): Promise<boolean> =>
  !(await leases.findHeld()).has(A);

describe('GPUs are held', () => {
  test('by one trainer at a time, all that it needs or none', async () => {
    const [one, other] = [new GpuLeases(folder), new GpuLeases(folder)];
    const first = await take(one, 2);
    expect(first.ids).toEqual([A, B]);
    expect(await other.take(ALL, 2)).toEqual({ free: 1 });
    expect((await take(other, 1)).ids).toEqual([C]);
    await first.release();
    expect((await take(other, 2)).ids).toEqual([A, B]);
  });

  test('by as many of those that ask at once as there are GPUs', async () => {
    const asked = Array.from({ length: 8 }, () => new GpuLeases(folder).take(ALL, 1));
    const taken = (await Promise.all(asked)).flatMap((one) => ('ids' in one ? one.ids : []));
    expect(taken.toSorted()).toEqual(ALL);
  });

  test('for every user of the machine to see, whatever the umask', async () => {
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    await take(new GpuLeases(folder), 1);
    expect(statSync(folder).mode & 0o7777).toBe(0o1777);
    const [file = ''] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o644);
  });
});

describe('when its worker is killed', () => {
  test('what a trainer holds stays held until all that it started has ended', async () => {
    const worker = spawn('sleep', ['600']);
    const { leader, member } = await startGroup();
    const held = await take(new GpuLeases(folder, identify(worker)), 1);
    held.giveTo(leader.pid ?? 0);
    await kill(worker);
    expect(await isFree(), 'its trainer runs').toBe(false);
    await kill(leader);
    expect(await isFree(), 'what the trainer started runs').toBe(false);
    process.kill(member, 'SIGKILL');
    expect(await waitFor(() => isFree(), 20_000)).toBe(true);
    expect(readdirSync(folder), 'what the dead left is removed').toEqual([]);
  });

  test('before the trainer was started, its GPUs are free', async () => {
    const worker = spawn('sleep', ['600']);
    await take(new GpuLeases(folder, identify(worker)), 1);
    expect(await isFree()).toBe(false);
    await kill(worker);
    expect(await isFree()).toBe(true);
  });
});

test('they are released once all that the trainer started has ended', async () => {
  const { leader, member } = await startGroup();
  const held = await take(new GpuLeases(folder), 1);
  held.giveTo(leader.pid ?? 0);
  await kill(leader);
  const released = held.release();
  expect(await isFree()).toBe(false);
  process.kill(member, 'SIGKILL');
  await released;
  expect(await isFree()).toBe(true);
});

test('what was held before the machine was started again is free', async () => {
  leave({ worker: { ...identifySelf(), bootId: 'the one before' } });
  expect(await isFree()).toBe(true);
});

test('what another container holds is free once it was not renewed for the length of a lease', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  leave({ worker: { ...identifySelf(), pidNamespace: 'pid:[1]' } });
  const leases = new GpuLeases(folder);
  const looks: boolean[] = [];
  for (let seconds = 0; seconds <= 20; seconds += 5) {
    looks.push(await isFree(leases));
    vi.advanceTimersByTime(5000);
  }
  expect(looks).toEqual([false, false, false, false, true]);
});

test('what stands there besides leases counts for nothing', async () => {
  mkdirSync(join(folder, 'folder.json'), { recursive: true });
  writeFileSync(join(folder, 'half.json'), '{"gpus": ["');
  expect((await take(new GpuLeases(folder), 3)).ids).toEqual(ALL);
});

test('a folder that cannot be written is told with how to mend it', async () => {
  writeFileSync(folder, '');
  await expect(new GpuLeases(folder).take(ALL, 1)).rejects.toThrow(
    `${folder} tells who holds which GPU, and cannot be written (EEXIST): remove it, or chmod 1777`,
  );
  expect(readFileSync(folder, 'utf8')).toBe('');
});
