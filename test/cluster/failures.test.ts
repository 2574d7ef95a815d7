import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RIGHTS } from '../../k8s/check-rights.ts';
import type { Ran } from '../cli/ratchet.ts';
import { Cluster, NAMESPACE } from './cluster.ts';
import { fired } from './fired.ts';
import { Installations } from './installed-chart.ts';
import { toySweep, Workplace } from './workplace.ts';

interface Ended {
  workplace: Workplace;
  ran: Ran;
  /** What is still in the cluster. */
  left: string[];
}

async function runSweep(name: string, given: Parameters<typeof toySweep>[2]): Promise<Ended> {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, name, given));
  const ran = await workplace.ratchet('run', 'sweep.yaml', '--json');
  const [, cause] = /: train: ([a-z-]+): /.exec(ran.stderr) ?? [];
  if (cause) fired(`the block failed with ${cause}`);
  return { workplace, ran, left: await new Cluster().listLeft() };
}

const FAILED = { ran: { code: 5 }, left: [] };

test('a trainer that exits 78 is not tried again, and its words are shown', async () => {
  const failed = await runSweep('refuses', { hyperparameters: { refuse: 'too warm' } });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toMatch(
    /keep\/1\/travel: train: configuration: the trainer refuses its configuration: [^]*hyperparameter refuse: too warm/,
  );
});

test('a bug of the trainer stops at once; its log is in the store when its pod is gone', async () => {
  const failed = await runSweep('fails', { hyperparameters: { fail: 'travel' } });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toMatch(/travel: train: trainer-bug: the trainer failed \(exit 1\): /);
  const logs = await failed.workplace.ratchet('logs', 'keep/1/travel');
  expect(logs.stdout).toMatch(/attempt 1: failed[^]*Error: told to fail on travel/);
});

test('without the right to read the logs of pods a bug is told as ever, but nothing of its log is kept', async () => {
  const installations = new Installations('logless');
  const rules = RIGHTS.filter(({ subresource }) => subresource !== 'log').map(
    ({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs }),
  );
  const workplace = new Workplace();
  const context = await installations.makeAccount(NAMESPACE, 'logless', rules);
  workplace.env['KUBECONFIG'] = join(workplace.folder, 'kubeconfig');
  workplace.write('kubeconfig', installations.exportConfig());
  const given = { compute: { context }, hyperparameters: { fail: 'travel' } };
  workplace.write('sweep.yaml', toySweep(workplace, 'logless', given));
  const failed = await workplace.ratchet('run', 'sweep.yaml', '--json');
  expect(failed.stderr).toMatch(/trainer-bug: the trainer failed \(exit 1\): [^]* on travel/);
  const { stdout } = await workplace.ratchet('logs', 'keep/1/travel', '--json');
  expect(JSON.parse(stdout)).toEqual([{ attempt: 1, result: 'failed', log: '' }]);
});

test("more GPUs than any node has end at the start deadline with the scheduler's words", async () => {
  const compute = { gpus: 5, startDeadline: 5 };
  const failed = await runSweep('unschedulable', { compute });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toMatch(
    /unschedulable: not started within 5 s: .*Insufficient nvidia.com\/gpu/,
  );
});

test('a Secret that is not there ends at the start deadline, after three pods, in its name', async () => {
  const failed = await runSweep('secretless', {
    compute: { secrets: ['absent'], startDeadline: 2 },
  });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toMatch(
    /start-deadline: not started within 2 s: CreateContainerConfigError: secret "absent" not found/,
  );
  const { stdout } = await failed.workplace.ratchet('explain', 'keep/1/travel', '--json');
  expect(stdout.match(/"cause":\s*"start-deadline"/g)?.length).toBeGreaterThanOrEqual(3);
});

test('a pod that the cluster does not admit is told while it waits, and fails at the start deadline', async () => {
  const volumes = [{ name: 'node', path: '/node', hostPath: '/tmp' }];
  const failed = await runSweep('forbidden', { compute: { volumes, startDeadline: 3 } });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toMatch(
    /cluster-refused: not started within 3 s: .*violates PodSecurity "restricted/,
  );
});

test.each([
  [404, 'image-missing', 'MANIFEST_UNKNOWN'],
  [403, 'image-refused', 'DENIED'],
])('a registry that answers %i ends in %s', async (status, cause, code) => {
  const registry = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const compute = { image: `127.0.0.1:${port}/trainer:1` };
  const failed = await runSweep(`answers-${status}`, { compute });
  expect(failed).toMatchObject(FAILED);
  expect(failed.ran.stderr).toContain(`: ${cause}: 127.0.0.1:${port}/trainer:1`);
});

test('a trainer that needs more memory than it has gets twice as much, and the sweep is done', async () => {
  const done = await runSweep('hungry', { hyperparameters: { hog: 150 } });
  expect(done, done.ran.stderr).toMatchObject({ ran: { code: 0 }, left: [] });
  const { stdout } = await done.workplace.ratchet('logs', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { result: 'failed', said: expect.stringMatching(/^host-oom: the trainer took more memory/) },
    { result: 'done' },
  ]);
  fired('OOMKilled of the trainer');
});
