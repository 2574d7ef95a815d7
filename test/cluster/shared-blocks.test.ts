import { expect, test } from 'vitest';
import type { ExplainedSweep } from '../../cli/explain.ts';
import type { SweepStatus } from '../../cli/status.ts';
import { readTries, type Try } from '../../store/tries.ts';
import { Cluster, waitFor } from './cluster.ts';
import { toySweep, Workplace } from './workplace.ts';

const cluster = new Cluster();

/** Slow enough that a test can reach in. */
const SLOW = { env: { TOY_STEP_MS: '600' } };

async function ask<T>(workplace: Workplace, ...args: string[]): Promise<T> {
  const { stdout, stderr } = await workplace.ratchet(...args, '--json');
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as T;
}

/** What a sweep says of the first training for which it waits. */
function findWaiting(workplace: Workplace, sweep: string): Promise<string> {
  return waitFor(async () => {
    const { stdout } = await workplace.ratchet('explain', '--sweep', sweep, '--json');
    const explained = stdout ? (JSON.parse(stdout) as ExplainedSweep) : undefined;
    return explained?.units.find(({ state, stage }) => state === 'waiting' && stage === 'train')
      ?.message;
  });
}

async function readTrainings(workplace: Workplace, sweep: string): Promise<Try[]> {
  const store = await workplace.openStore();
  const tries = await readTries(store, sweep);
  return tries.filter(({ stage }) => stage === 'train');
}

test('of two sweeps that need the same block one pays; when it is cancelled the other takes its place', async () => {
  const workplace = new Workplace();
  for (const name of ['first', 'second'])
    workplace.write(`${name}.yaml`, toySweep(workplace, name, { compute: SLOW }));
  const first = workplace.ratchet('run', 'first.yaml', '--json');
  const pod = await cluster.trainingPod();
  const second = workplace.ratchet('run', 'second.yaml', '--json');
  const waits = await findWaiting(workplace, 'second');
  expect(waits).toMatch(/^keep\/1\/travel of first-\w+ computes the same, in Job ratchet-/);
  await workplace.ratchet('cancel', 'first');
  expect(await first).toMatchObject({ code: 6 });
  expect(await second).toMatchObject({ code: 0 });

  const { sweep: cancelled } = await ask<SweepStatus>(workplace, 'status', 'first');
  const { sweep: finished } = await ask<SweepStatus>(workplace, 'status', 'second');
  expect(await readTrainings(workplace, cancelled)).toMatchObject([
    { pod: pod.metadata?.name, end: { result: 'stopped' } },
  ]);
  const [own, ...others] = await readTrainings(workplace, finished);
  expect(others).toEqual([]);
  expect(own).toMatchObject({ end: { result: 'done' } });
  expect(own?.pod).not.toBe(pod.metadata?.name);

  const said = await workplace.ratchet('logs', 'keep/1/travel', '--evaluation');
  expect(said.stdout).toMatch(/^== evaluation of keep\/1\/travel, try 1: done\ncredentials of/);
});

test('two conditions that begin alike compute that once, and one of them pays', async () => {
  const workplace = new Workplace();
  const alike = { keep: { trace: 'keep' }, again: { trace: 'keep', replay: 0.5 } };
  workplace.write('sweep.yaml', toySweep(workplace, 'alike', { compute: SLOW, conditions: alike }));
  const running = workplace.ratchet('run', 'sweep.yaml', '--json');
  expect(await findWaiting(workplace, 'alike')).toContain('/1/travel of alike-');
  expect(await running).toMatchObject({ code: 0 });
  const { sweep } = await ask<SweepStatus>(workplace, 'status');
  expect(await readTrainings(workplace, sweep)).toMatchObject([{ end: { result: 'done' } }]);
});
