import { expect, inject, test } from 'vitest';
import { DeployedWorker } from '../operations/deployed-worker.ts';
import { startOwnTemporal } from '../operations/own-temporal.ts';
import { readPage } from '../operations/prometheus-page.ts';
import { s3 } from './s3.ts';
import { toySweep, Workplace } from './workplace.ts';

test('a worker measures and logs what its pods did: GPU seconds, requests, bytes of carriers', async () => {
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const { kubeconfig } = inject('cluster');
  const worker = await DeployedWorker.start({
    ...s3().env,
    KUBECONFIG: kubeconfig,
    TEMPORAL_ADDRESS,
  });
  const workplace = new Workplace();
  workplace.env = { TEMPORAL_ADDRESS };
  workplace.write('sweep.yaml', toySweep(workplace, 'measured', { compute: { gpus: 1 } }));
  const ran = await workplace.ratchet('run', 'sweep.yaml', '--json');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });

  const { samples } = readPage((await worker.get('/metrics')).text);
  const sum = (name: string, labels: Record<string, string>): number =>
    samples
      .filter((one) => one.name === name)
      .filter((one) =>
        Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )
      .reduce((total, { value }) => total + value, 0);
  expect(sum('ratchet_tries_ended_total', { stage: 'train', result: 'done' })).toBe(1);
  expect(sum('ratchet_try_starting_seconds_count', { stage: 'train' })).toBe(1);
  expect(sum('ratchet_gpu_seconds_total', { result: 'done' })).toBeGreaterThan(0);
  expect(sum('ratchet_gpus', {})).toBe(0);
  // A Job for the block, one for its evaluation, one for the base's.
  const created = { peer: 'kubernetes', method: 'POST', code: '201' };
  expect(sum('ratchet_http_requests_total', created)).toBe(3);
  for (const direction of ['sent', 'received'])
    expect(sum(`ratchet_s3_${direction}_bytes_total`, { by: 'carrier' })).toBeGreaterThan(0);

  expect(await worker.drain()).toBe(0);
  const lines = worker.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(
    expect.objectContaining({
      message: 'train keep/1/travel: done',
      pod: expect.stringMatching(/^ratchet-/),
      node: expect.any(String),
    }),
  );
});
