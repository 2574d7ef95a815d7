import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { LogTail } from '../../k8s/log-tail.ts';
import { PodLogs } from '../../k8s/pod-logs.ts';
import { startFakeApiServer } from './fake-api-server.ts';
import { podOf, startingPodOf } from './objects.ts';

type Answer = (response: ServerResponse) => void;

const LINES = 'a line of the log\n'.repeat(300_000); // 5.4 MB, more than is kept.
const THE_END = 'KeyError: the end\n';
const RUNNING = startingPodOf({ trainer: { running: {} } });
const ENDED = podOf({ trainer: { exitCode: 1 } });

const NEVER: Answer = () => undefined;

/** Of a trainer whose log is answered so while it runs, and so at its end. */
async function openLogs(whileItRuns: Answer, atItsEnd: Answer) {
  const { config } = await startFakeApiServer((url, response) =>
    (url.searchParams.get('follow') === 'true' ? whileItRuns : atItsEnd)(response),
  );
  let kept = new LogTail();
  const onLog = (text: string, restarted: boolean): void => {
    if (restarted) kept = new LogTail();
    kept.add(text);
  };
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const cluster = { config } as ConstructorParameters<typeof PodLogs>[0];
  const hooks = { onCarrier: () => undefined, onLog };
  const logs = new PodLogs(cluster, hooks, () => RUNNING, stop.signal);
  return { logs, kept: () => kept.text };
}

/** What is kept of a log that said so while it was followed. */
async function keep(heard: string, atItsEnd: Answer): Promise<string> {
  const { logs, kept } = await openLogs((response) => response.write(heard), atItsEnd);
  logs.follow(RUNNING, { stage: 'train' });
  await expect.poll(kept).toBe(heard);
  await logs.tellEnd(ENDED);
  return kept();
}

test('of a long log the end is kept', async () => {
  const { logs, kept } = await openLogs(NEVER, (response) => response.end(LINES + THE_END));
  await logs.tellEnd(ENDED);
  expect(kept()).toHaveLength(4 * 1024 ** 2);
  expect(kept().endsWith(THE_END)).toBe(true);
});

test('what came after the last that was heard is kept', async () => {
  const whole = `step 1\n${THE_END}`;
  expect(await keep('step 1\n', (response) => response.end(whole))).toBe(whole);
});

test.each<[string, Answer]>([
  ['was begun anew by its node', (response) => response.end(THE_END)],
  ['cannot be read', (response) => response.writeHead(404).end()],
])('a log that %s is kept as it was heard', async (_how, atItsEnd) => {
  const heard = `step 1\nstep 2\n${THE_END}`;
  expect(await keep(heard, atItsEnd)).toBe(heard);
});
