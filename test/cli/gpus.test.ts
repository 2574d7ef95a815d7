import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../cli/check.ts';
import type { History } from '../../contract/history.ts';
import { type FakeGpus, makeFakeGpus } from '../support/fake-gpus.ts';
import { endHome, findProcesses, killProcess, waitFor } from '../support/home-processes.ts';
import { makeFolder } from './ratchet.ts';
import { Desk, type Ended, STUDY } from './study.ts';

/** Two lineages at once. */
const study = (gpus: number, hyperparameters = {}) => ({
  ...STUDY,
  seeds: 1,
  compute: { kind: 'local', gpus },
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
    const env = { ...environment(machine), TOY_STEP_MS: '20' };
    const [one, other] = [new Desk(), new Desk()];
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
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      expect(code, stderr).toBe(0);
      const { results } = JSON.parse(stdout) as Ended;
      const history = readFileSync(join(dirname(results), 'history.json'), 'utf8');
      const { tries } = (JSON.parse(history) as History).ledger;
      expect(new Set(tries.map(({ unit }) => unit))).toEqual(new Set(['GPU']));
    }
    const uses = machine.readUses();
    expect(uses.every(({ gpus }) => gpus.length === 1)).toBe(true);
    expect(new Set(uses.flatMap(({ gpus }) => gpus))).toEqual(new Set(machine.uuids));
  },
);

test.skipIf(process.platform !== 'linux')(
  'a machine with too few GPUs is told before a sweep begins',
  async () => {
    const desk = new Desk();
    desk.write(study(4));
    const env = environment(makeFakeGpus(desk.folder, 3));
    const said =
      /study\.yaml: compute\.gpus is 4, and on this machine a worker may use 3 of its GPUs/;
    const planned = await desk.call(['plan', 'study.yaml'], env);
    expect(planned).toMatchObject({ code: 3, stderr: expect.stringMatching(said) });
    expect(planned.stdout).toContain('on up to 3 GPUs');
    const ran = await desk.call(['run', 'study.yaml'], env);
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringMatching(said) });
    expect(findProcesses(desk.home)).toEqual([]);
    const looked = await desk.call(['doctor', 'study.yaml', '--json'], env);
    const checks = JSON.parse(looked.stdout) as Check[];
    expect(checks.find(({ name }) => name === 'gpus')).toMatchObject({
      ok: false,
      mend: expect.stringContaining('lower compute.gpus'),
    });
  },
);
