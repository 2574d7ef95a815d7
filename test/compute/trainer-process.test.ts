import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { runTrainer, startTrainer, type TrainerRun } from '../../compute/trainer-process.ts';

/** It tells its process and the GPUs that it sees. */
const TELLER = { command: ['sh', '-c', 'echo "$$ $CUDA_VISIBLE_DEVICES" > "$0/told"'] };

/** Longer than a test may take: only what a job promises is waited for here. */
vi.mock(import('../../contract/timeouts.ts'), async (original) => ({
  ...(await original()),
  TRAINER_GRACE: 3_600_000,
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-trainer-'));
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '0,1,2,3');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
});

const told = (): string => readFileSync(join(folder, 'told'), 'utf8').trim();
const hasTold = (): boolean => existsSync(join(folder, 'told'));

function run(
  given: Partial<Omit<TrainerRun, 'trainer'>>,
  trainer: TrainerRun['trainer'] = TELLER,
): Promise<unknown> {
  const job = { key: 'k' } as unknown as TrainerRun['job'];
  const signal = new AbortController().signal;
  return runTrainer({ trainer, folder, job, signal, onEvent: noEffect, ...given });
}

function noEffect(): void {}

function fail(): never {
  throw new Error('the disk is full');
}

describe('a trainer sees', () => {
  test.each([
    ['the GPUs that it holds', ['GPU-a', 'GPU-b'], 'GPU-a,GPU-b'],
    ['none where it holds none', [], ''],
  ])('%s', async (_what, gpus, seen) => {
    await run({ gpus });
    expect(told().split(' ')[1] ?? '').toBe(seen);
  });

  test('what its worker sees where GPUs are not given out', async () => {
    await run({});
    expect(told().split(' ')[1]).toBe('0,1,2,3');
  });
});

test('a trainer that is deaf to SIGTERM is killed once the time is over that its job promised', async () => {
  const deaf = {
    command: ['sh', '-c', 'trap "" TERM; touch "$0/told"; while :; do sleep 0.1; done'],
  };
  const job = { stage: 'train', key: 'k', graceSeconds: 1 } as TrainerRun['job'];
  const stop = new AbortController();
  const running = run({ job, signal: stop.signal }, deaf);
  await vi.waitUntil(hasTold, { timeout: 30_000 });
  stop.abort();
  await expect(running).resolves.toBe('interrupted');
});

describe('a trainer whose process is written down before it begins', () => {
  test('is that very process', async () => {
    let noted = 0;
    await run({
      beforeStart: (pid) => {
        expect(hasTold()).toBe(false);
        noted = pid;
      },
    });
    expect(told().split(' ')[0]).toBe(String(noted));
  });

  test('never begins where that fails', async () => {
    await expect(run({ beforeStart: fail })).rejects.toThrow('the disk is full');
    expect(hasTold()).toBe(false);
  });

  test('never begins where its worker dies first', async () => {
    const child = startTrainer(TELLER, folder, { beforeStart: noEffect });
    child.stdin?.end();
    await once(child, 'exit');
    expect(hasTold()).toBe(false);
  });

  test('is a wrong configuration where its command is not there', async () => {
    const started = run({ beforeStart: noEffect }, { command: ['no-such-trainer'] });
    await expect(started).rejects.toMatchObject({
      causeName: 'configuration',
      message: expect.stringMatching(/^the trainer's command cannot be started: .*no-such-trainer/),
    });
  });
});
