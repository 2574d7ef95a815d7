import type { CoreV1Event, V1Job } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { POD_PATIENCE, REFUSAL_LOOK } from '../../contract/timeouts.ts';
import { RefusedPods } from '../../k8s/refused-pods.ts';

const JOB: V1Job = { spec: { template: {} } };
const QUOTA: CoreV1Event = {
  metadata: {},
  involvedObject: {},
  reason: 'FailedCreate',
  message: 'exceeded quota',
};
const readWarnings = vi.fn<() => Promise<CoreV1Event[]>>(() => Promise.resolve([QUOTA]));

beforeEach(() => {
  vi.useFakeTimers();
  readWarnings.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a pod that comes soon costs no question', async () => {
  const refused = new RefusedPods(readWarnings);
  expect(await refused.explain(JOB, undefined)).toBeUndefined();
  vi.advanceTimersByTime(POD_PATIENCE / 2);
  expect(await refused.explain(JOB, {})).toBeUndefined();
  vi.advanceTimersByTime(POD_PATIENCE);
  expect(await refused.explain(JOB, undefined)).toBeUndefined();
  expect(readWarnings).not.toHaveBeenCalled();
});

test('a Job without a pod is explained, asked about rarely, and no more once it has one', async () => {
  const refused = new RefusedPods(readWarnings);
  await refused.explain(JOB, undefined);
  vi.advanceTimersByTime(POD_PATIENCE + 1);
  expect(await refused.explain(JOB, undefined)).toBe('exceeded quota');
  vi.advanceTimersByTime(REFUSAL_LOOK / 2);
  expect(await refused.explain(JOB, undefined)).toBe('exceeded quota');
  expect(readWarnings).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(REFUSAL_LOOK);
  await refused.explain(JOB, undefined);
  expect(readWarnings).toHaveBeenCalledTimes(2);
  expect(await refused.explain(JOB, {})).toBeUndefined();
});

test('a Job that waits in a queue is not refused', async () => {
  const refused = new RefusedPods(readWarnings);
  const suspended: V1Job = { spec: { template: {}, suspend: true } };
  await refused.explain(suspended, undefined);
  vi.advanceTimersByTime(REFUSAL_LOOK * 2);
  expect(await refused.explain(suspended, undefined)).toBeUndefined();
  expect(readWarnings).not.toHaveBeenCalled();
});
