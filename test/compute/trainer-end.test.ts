import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runTrainer } from '../../compute/trainer-process.ts';

/** A trainer that is one line of shell. */
function run(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-end-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return runTrainer({
    trainer: { command: ['sh', '-c', script] },
    folder,
    job: {
      protocol: 1,
      stage: 'count',
      key: 'k',
      hyperparameters: {},
      tools: 'tools.json',
      data: [],
      sizes: false,
    },
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
}

test.each([
  ['configuration', 'echo rank 0 is too low >&2; exit 78', /rank 0 is too low/],
  ['store-corrupt', 'echo weights.bin is cut; exit 65', /weights.bin is cut/],
  ['preempted', 'exit 75', /exit 75/],
  ['preempted', 'kill -KILL $$', /SIGKILL/],
  ['cuda-oom', 'echo torch.OutOfMemoryError: CUDA out of memory; exit 1', /CUDA out of memory/],
  [
    'cuda-oom',
    `echo torch.OutOfMemoryError: CUDA out of memory. ${'It says much. '.repeat(60)}; exit 1`,
    /exit 1\): .{0,20}It says much/,
  ],
  ['diverged', 'echo non-finite loss at step 12; exit 1', /non-finite loss at step 12/],
  ['sick-node', 'echo NVRM: Xid 79, GPU has fallen off the bus; exit 1', /Xid 79/],
  ['disk-full', 'echo OSError: No space left on device; exit 1', /No space left/],
  ['trainer-bug', 'echo KeyError: loss; exit 1', /exit 1\): KeyError: loss/],
])('a trainer has failed by %s where it says so: %s', async (causeName, script, message) => {
  await expect(run(script)).rejects.toMatchObject({
    causeName,
    message: expect.stringMatching(message),
  });
});

test('a trainer that ends well is done', async () => {
  expect(await run('exit 0')).toBe('done');
});
