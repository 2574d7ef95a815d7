import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkGpus } from '../../cli/check-gpus.ts';
import { GpuLeases } from '../../compute/gpu-leases.ts';
import type { History } from '../../contract/history.ts';
import { planOf } from '../plan/study.ts';
import { type FakeGpus, makeFakeGpus } from '../support/fake-gpus.ts';
import { endHome, findProcesses, killProcess, waitFor } from '../support/home-processes.ts';
import { TrainingHold } from '../support/sweep-process.ts';
import { makeFolder } from './ratchet.ts';
import { Desk, type Ended, STUDY } from './study.ts';

/** Two lineages at once. */
const study = (gpus: number, hyperparameters = {}) => ({
  ...STUDY,
  seeds: 1,
  stream: { domains: ['travel'] },
  compute: { kind: 'local', gpus },
  budget: { gpuHours: 1 },
  trainer: { ...STUDY.trainer, hyperparameters },
});

/** Nothing of this machine's own. */
const environment = (machine: FakeGpus) => ({
  ...machine.env,
  CUDA_VISIBLE_DEVICES: machine.uuids.join(','),
});

test.skipIf(process.platform !== 'linux')(
  'two homes share the GPUs of a machine, and no GPU is ever used by two trainers, also where a worker is killed',
  async () => {
    const machine = makeFakeGpus(makeFolder(), 3);
    const [one, other] = [new Desk(), new Desk()];
    const hold = new TrainingHold(one);
    hold.begin();
    const env = { ...environment(machine), ...hold.env };
    // A process that its trainers start outlives them where their worker is killed.
    one.write(study(1, { helper: true }));
    other.write(study(1));
    onTestFinished(async () => void (await Promise.all([endHome(one.home), endHome(other.home)])));
    const runs = [one, other].map((desk) => desk.call(['run', 'study.yaml', '--json'], env));
    const killed = await waitFor(() => {
      if (findProcesses(one.home, 'learner').length === 0) return false;
      const [worker] = findProcesses(one.home, 'worker');
      return worker && killProcess(worker);
    }, 60_000);
    expect(killed).toBe(true);
    const used = (): Set<string> => new Set(machine.readUses().flatMap(({ gpus }) => gpus));
    expect(await waitFor(() => used().size === machine.uuids.length, 60_000)).toBe(true);
    hold.end();
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      expect(code, stderr).toBe(0);
      const { results } = JSON.parse(stdout) as Ended;
      const history = readFileSync(join(dirname(results), 'history.json'), 'utf8');
      const { tries } = (JSON.parse(history) as History).ledger;
      expect(new Set(tries.map(({ unit }) => unit))).toEqual(new Set(['GPU']));
    }
    expect(machine.readUses().every(({ gpus }) => gpus.length === 1)).toBe(true);
  },
);

test('a machine with too few GPUs is told before a sweep begins', async () => {
  const desk = new Desk();
  desk.write(study(4));
  const env = environment(makeFakeGpus(desk.folder, 3));
  const ran = await desk.call(['run', 'study.yaml'], env);
  expect(ran).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /^study\.yaml: compute\.gpus is 4, .* may use 3 of its GPUs .*\nmend: lower compute\.gpus/,
    ),
  });
});

test("the doctor tells the machine's GPUs, and whether they are enough for a sweep file", async () => {
  const { env, uuids } = makeFakeGpus(makeFolder(), 2);
  vi.stubEnv('PATH', env.PATH);
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const held = await new GpuLeases().take(uuids, 1);
  const found = `2: 0 Toy 9000, held by worker ${process.pid}; 1 Toy 9000`;
  expect(await checkGpus()).toEqual({ name: 'gpus', ok: true, found });
  expect(await checkGpus(planOf(study(2)).spec)).toMatchObject({ ok: true });
  expect(await checkGpus(planOf(study(3)).spec)).toMatchObject({
    ok: false,
    found: expect.stringContaining('compute.gpus is 3, and on this machine a worker may use 2'),
    mend: expect.stringContaining('lower compute.gpus'),
  });
  if ('ids' in held) await held.release();
  expect((await checkGpus()).found).toBe('2: 0 Toy 9000; 1 Toy 9000');
});
