import { afterEach, expect, test, vi } from 'vitest';
import { judgeOrphans } from '../../cli/check-orphans.ts';
import type { Check } from '../../cli/check.ts';
import { LOST_POD } from '../../contract/timeouts.ts';
import { nameJob } from '../../k8s/job-request.ts';
import { listJobs, removeOwn } from '../../k8s/list-jobs.ts';
import { graceOf, makeJob } from '../../k8s/manifest.ts';
import { FakeCluster } from './fake-cluster.ts';
import { requestOf, settingsOf } from './objects.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A cluster with the Jobs of two conditions, neither of which anybody follows any more. */
async function abandon(namespace: string): Promise<{
  cluster: FakeCluster;
  names: string[];
  check: Check;
}> {
  const cluster = await new FakeCluster(namespace).start();
  const settings = settingsOf({ namespace });
  const requests = ['keep', 'strip'].map((condition, index) =>
    requestOf({ settings, condition, key: `${index}`.repeat(64) }),
  );
  for (const request of requests) cluster.jobs.put(makeJob(request));
  const jobs = await listJobs(settings, 5000);
  const check = judgeOrphans(jobs, jobs, (job) => removeOwn(settings, job));
  return { cluster, names: requests.map(nameJob), check };
}

test('Jobs that nobody follows are removed, and nothing else is said than what is so', async () => {
  const { cluster, names, check } = await abandon('orphans');
  expect(check).toMatchObject({ ok: false, found: expect.stringContaining('2 of 2 Jobs') });
  expect(await check.fix?.()).toMatchObject({
    ok: true,
    found: `2 Jobs removed, and their pods are gone: ${names.join(', ')}`,
  });
  expect(cluster.jobs.all()).toEqual([]);
});

test('one whose pod does not end is named as left', async () => {
  const { cluster, names, check } = await abandon('stuck-orphans');
  const [gone = '', left = ''] = names;
  cluster.stuck.add(left);
  vi.useFakeTimers({ toFake: ['performance'] });
  const fixed = check.fix?.();
  await expect.poll(() => cluster.removed, { timeout: 10_000 }).toHaveLength(2);
  vi.advanceTimersByTime(graceOf(settingsOf()) * 1000 + LOST_POD);
  expect(await fixed).toMatchObject({
    ok: false,
    found: `1 of 2 Jobs are deleted, but their pods do not end: ${left} (train strip/1/banking)`,
  });
  expect(cluster.jobs.all().map(({ metadata }) => metadata?.name)).toEqual([left]);
  expect(gone).not.toBe(left);
});
