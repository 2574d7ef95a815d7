import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import type { ExplainedSweep } from '../../cli/explain.ts';
import type { SweepStatus } from '../../cli/status.ts';
import { Cluster, waitFor } from './cluster.ts';
import { toySweep, Workplace } from './workplace.ts';

/** Slow enough that a test can reach in. */
const SLOW = { env: { TOY_STEP_MS: '600' } };
const cluster = new Cluster();

function open(name: string, compute: object): Workplace {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, name, { compute }));
  return workplace;
}

async function ask<T>(workplace: Workplace, ...args: string[]): Promise<T> {
  const { stdout, stderr } = await workplace.ratchet(...args, '--json');
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as T;
}

test('an evicted pod: what it cost in GPU time, what of that was repeated, and why', async () => {
  const workplace = open('evicted', SLOW);
  const ended = workplace.ratchet('run', 'sweep.yaml', '--json');
  const pod = await cluster.trainingPod();
  await cluster.evict(pod);
  expect(await ended).toMatchObject({ code: 0 });
  const { ledger } = await ask<SweepStatus>(workplace, 'status');
  expect(ledger).toMatchObject([{ condition: 'keep', seed: 1, unit: 'GPU', tries: 4 }]);
  const { useful = 0, starting = 0, failed } = ledger[0]?.spending ?? {};
  expect(useful).toBeGreaterThan(8 * 0.6);
  expect(starting).toBeGreaterThan(0);
  expect(failed).toBe(0);
  const { units } = await ask<ExplainedSweep>(workplace, 'explain', 'keep/1/travel');
  expect(units[0]).toMatchObject({
    unit: 'keep/1/travel',
    stage: 'train',
    state: 'done',
    tries: [
      {
        pod: pod.metadata?.name,
        node: pod.spec?.nodeName,
        gpus: 1,
        result: 'interrupted',
        cause: 'evicted',
        evidence: expect.stringContaining('EvictionByEvictionAPI'),
        action: expect.stringContaining('(retry 1 of 100)'),
      },
      { result: 'done' },
    ],
  });
});

test("a pod that no node takes is explained while it waits, in the scheduler's words", async () => {
  const workplace = open('waits', { gpus: 5, startDeadline: 600 });
  const running = workplace.ratchet('run', 'sweep.yaml', '--json');
  const unit = await waitFor(async () => {
    const { stdout } = await workplace.ratchet('explain', '--json');
    const explained = stdout ? (JSON.parse(stdout) as ExplainedSweep) : undefined;
    return explained?.units.find(({ state }) => state === 'unschedulable');
  });
  expect(unit).toMatchObject({
    message: expect.stringContaining('Insufficient nvidia.com/gpu'),
    next: 'it waits for a node, 600 s at most',
    advice: expect.stringContaining('ask for less'),
  });
  await workplace.ratchet('cancel');
  expect(await running).toMatchObject({ code: 6 });
  expect(await cluster.listLeft()).toEqual([]);
});

function readSupervisor({ folder }: Workplace): {
  ports: { server: number };
  worker: { pid: number };
} {
  return JSON.parse(readFileSync(join(folder, 'home', 'supervisor.json'), 'utf8'));
}

/** Terminates a sweep's workflows while no worker lives that could see to its pod. */
async function abandon(workplace: Workplace, name: string): Promise<void> {
  const { ports, worker } = readSupervisor(workplace);
  const connection = await Connection.connect({ address: `127.0.0.1:${ports.server}` });
  onTestFinished(() => connection.close());
  const { workflow } = new Client({ connection });
  const ids: string[] = [];
  for await (const { workflowId } of workflow.list({ query: 'ExecutionStatus = "Running"' }))
    if (workflowId.startsWith(`${name}-`)) ids.push(workflowId);
  process.kill(worker.pid, 'SIGKILL');
  await Promise.all(ids.map((id) => workflow.getHandle(id).terminate('by hand')));
}

/** The sweep of each pod that is there, or of those of one stage. */
async function sweepsOfPods(stage?: string): Promise<string[]> {
  const labels = (await cluster.pods()).map(({ metadata }) => metadata?.labels ?? {});
  return labels
    .filter((one) => stage === undefined || one['ratchet.dev/stage'] === stage)
    .map((one) => one['ratchet.dev/sweep'] ?? '');
}

test('doctor finds the Job of workflows that were terminated by hand, and removes no other', async () => {
  const workplace = new Workplace();
  const write = (name: string, epochs: number, compute: object): void =>
    workplace.write(
      `${name}.yaml`,
      toySweep(workplace, name, { compute, hyperparameters: { epochs } }),
    );
  write('orphan', 20, SLOW);
  write('lives', 6, SLOW);
  const broken = workplace.ratchet('run', 'orphan.yaml', '--json');
  await cluster.trainingPod();
  const lives = workplace.ratchet('run', 'lives.yaml', '--json');
  await waitFor(async () =>
    (await sweepsOfPods('train')).some((name) => name.startsWith('lives-')),
  );
  await abandon(workplace, 'orphan');
  expect(await broken).toMatchObject({ code: 5 });

  const look = await workplace.ratchet('doctor', 'orphan.yaml');
  expect(look.stdout).toMatch(/✗ orphans +\d of \d Jobs, which nobody follows: ratchet-\w+-1 \(/);
  expect(look.stdout).toContain('(train keep/1/travel)');
  expect(new Set(await sweepsOfPods()).size).toBe(2);
  const fixed = await workplace.ratchet('doctor', 'orphan.yaml', '--fix');
  expect(fixed.stdout).toMatch(/✓ orphans +\d Jobs removed, and their pods are gone/);
  const left = await sweepsOfPods();
  expect(left.length).toBeGreaterThan(0);
  expect(left.every((name) => name.startsWith('lives-'))).toBe(true);
  expect(await lives).toMatchObject({ code: 0 });

  // What the removed pod had done is gone on from, at once.
  write('orphan', 20, {});
  expect(await workplace.ratchet('run', 'orphan.yaml', '--json')).toMatchObject({ code: 0 });
  const explained = await ask<ExplainedSweep>(
    workplace,
    'explain',
    'keep/1/travel',
    '--sweep',
    'orphan',
  );
  expect(explained.units[0]?.tries).toMatchObject([
    { result: 'stopped', fromStep: 0 },
    { result: 'done' },
  ]);
  expect(explained.units[0]?.tries[1]?.fromStep).toBeGreaterThan(0);
  expect(await cluster.listLeft()).toEqual([]);
});
