import { expect, test } from 'vitest';
import { makeTrainer } from '../../k8s/containers.ts';
import { answerProbes } from '../../worker/answer-probes.ts';
import { choosePort } from '../../worker/embedded-server.ts';
import { requestOf } from '../k8s/objects.ts';

test('the carrier hears by the probe of the trainer that it runs, and by no other', async () => {
  const port = await choosePort();
  let runs = false;
  answerProbes(port, () => {
    runs = true;
  });
  const ask = async (path = '/'): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  await expect.poll(() => ask().catch(() => 0)).toBe(200);
  expect(runs).toBe(false);
  const { startupProbe } = makeTrainer(requestOf());
  expect(await ask(startupProbe?.httpGet?.path)).toBe(200);
  expect(runs).toBe(true);
});
