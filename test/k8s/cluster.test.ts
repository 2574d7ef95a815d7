import { ApiException } from '@kubernetes/client-node';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ask } from '../../k8s/cluster.ts';

let now = 0;
beforeEach(() => {
  now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
});

const denial = (code: number): ApiException<unknown> =>
  new ApiException(code, '', { message: 'jobs.batch is forbidden' }, {});

/** One answer every `seconds`: errors are thrown, the last of all is given again and again. */
function answer(seconds: number, ...answers: unknown[]): () => Promise<unknown> {
  return async () => {
    now += seconds * 1000;
    const [next] = answers.length > 1 ? answers.splice(0, 1) : answers;
    if (next instanceof Error) throw next;
    return next;
  };
}

test('an API server that starts may refuse everybody for a moment', async () => {
  await expect(ask(answer(3, denial(403), 'done'))).resolves.toBe('done');
});

test('whoever is refused for longer lacks the right', async () => {
  const refused = { causeName: 'cluster-refused', message: expect.stringContaining('forbidden') };
  await expect(ask(answer(5, denial(403)))).rejects.toMatchObject(refused);
  await expect(ask(answer(3, denial(403)), 1000)).rejects.toMatchObject(refused);
});

test('what is wrong with a request is said at once', async () => {
  const wrong = new ApiException(422, '', { message: 'spec.template: Invalid value' }, {});
  await expect(ask(answer(0, wrong, 'done'))).rejects.toThrow(/Kubernetes refuses: spec.template/);
});

test('a server that is away is asked until the patience ends', async () => {
  const away = new Error('connect ECONNREFUSED');
  await expect(ask(answer(200, away, 'done'))).resolves.toBe('done');
  await expect(ask(answer(400, away))).rejects.toMatchObject({ causeName: 'cluster-unreachable' });
});
