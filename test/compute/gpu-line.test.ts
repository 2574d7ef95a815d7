import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TrainerRun } from '../../compute/trainer-process.ts';
import { createLocalCompute } from '../../compute/local-compute.ts';
import { GpuLeases } from '../../compute/gpu-leases.ts';
import { GpuLine } from '../../compute/gpu-line.ts';
import { type FakeGpus, makeFakeGpus } from '../support/fake-gpus.ts';
import { waitFor } from '../support/home-processes.ts';

let folder: string;
let gpus: FakeGpus;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-line-'));
  gpus = makeFakeGpus(folder, 4);
  vi.stubEnv('PATH', gpus.env.PATH);
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
});

const newLine = (): GpuLine => new GpuLine(new GpuLeases(join(folder, 'leases')));

/** A trainer that waits in a line and runs until it is told to end. */
function queue(line: GpuLine, wanted: number, signal = new AbortController().signal) {
  const trainer = {
    ids: [] as readonly string[],
    waits: undefined as string | undefined,
    looks: 0,
    end: () => {},
    done: Promise.resolve(),
  };
  const ended = new Promise<void>((resolve) => (trainer.end = resolve));
  const onWait = (message: string): void => {
    trainer.waits = message;
    trainer.looks++;
  };
  trainer.done = line.hold(wanted, { signal, onWait }, async ({ ids }) => {
    trainer.ids = ids;
    await ended;
  });
  return trainer;
}

/** Throws unless it runs soon. */
async function untilRuns(trainer: { ids: readonly string[] }): Promise<readonly string[]> {
  if (await waitFor(() => trainer.ids.length > 0, 20_000)) return trainer.ids;
  throw new Error('it does not run');
}

describe('trainers that need GPUs', () => {
  test('run beside each other on others, however many workers have them, and wait for what is missing', async () => {
    const [here, elsewhere] = [newLine(), newLine()];
    const first = queue(here, 2);
    expect(await untilRuns(first)).toEqual(gpus.uuids.slice(0, 2));
    const second = queue(elsewhere, 1);
    expect(await untilRuns(second)).toEqual(gpus.uuids.slice(2, 3));
    const third = queue(elsewhere, 3);
    expect(await waitFor(() => third.waits, 20_000)).toBe('for 3 GPUs: 1 of 4 free');
    first.end();
    expect(await untilRuns(third)).toEqual([0, 1, 3].map((index) => gpus.uuids[index]));
    for (const trainer of [second, third]) trainer.end();
    await Promise.all([first.done, second.done, third.done]);
  });

  test('are served in the order in which they came, a small one after a large one', async () => {
    const line = newLine();
    const running = queue(line, 2);
    await untilRuns(running);
    const large = queue(line, 4);
    const small = queue(line, 1);
    expect(await waitFor(() => small.waits, 20_000)).toBe('for 1 GPU, after 1 other trainer');
    await waitFor(() => large.looks > 1 && small.looks > 1, 20_000);
    expect(small.ids, 'though there are free ones for it').toEqual([]);
    running.end();
    await untilRuns(large);
    large.end();
    await untilRuns(small);
    small.end();
    await Promise.all([running.done, large.done, small.done]);
  });

  test('wait no longer when they are told to stop, and let the next go on', async () => {
    const line = newLine();
    const running = queue(line, 3);
    await untilRuns(running);
    const stop = new AbortController();
    const stopped = queue(line, 2, stop.signal);
    const next = queue(line, 1);
    await waitFor(() => stopped.waits, 20_000);
    stop.abort(new Error('paused'));
    await expect(stopped.done).rejects.toThrow('paused');
    expect(await untilRuns(next)).toEqual(gpus.uuids.slice(3));
    for (const trainer of [running, next]) trainer.end();
    await Promise.all([running.done, next.done]);
  });

  test('fail where the machine has not so many, and leave the line', async () => {
    const line = newLine();
    await expect(queue(line, 5).done).rejects.toMatchObject({
      causeName: 'configuration',
      message: expect.stringMatching(/^compute\.gpus is 5, .* may use 4 of its GPUs/),
    });
    const next = queue(line, 4);
    expect(await untilRuns(next)).toEqual(gpus.uuids);
    next.end();
    await next.done;
  });
});

describe('a trainer that counts', () => {
  test('sees no GPU where others hold them, and what the worker sees where none does', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '0');
    const seen: TrainerRun['gpus'][] = [];
    const compute = createLocalCompute({
      workFolder: join(folder, 'work'),
      cache: folder,
      run: async ({ gpus: visible }) => {
        seen.push(visible);
        return 'done';
      },
    });
    const work = { key: 'k', hyperparameters: {}, tools: new Uint8Array(), data: [], sizes: false };
    for (const held of [{ gpus: 2 }, { gpus: 0 }, {}])
      await compute.count(
        { ...work, trainer: { command: ['true'], ...held } },
        new AbortController().signal,
      );
    expect(seen).toEqual([[], undefined, undefined]);
  });
});
