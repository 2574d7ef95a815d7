import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findGpus, findLack } from '../../compute/find-gpus.ts';
import { fakeNvidiaSmi } from '../support/fake-gpus.ts';

const [A, B] = [
  'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6',
  'GPU-5a1c0ffe-1111-2222-3333-444455556666',
];
const BOTH = `printf '0, ${A}, NVIDIA A100-SXM4-80GB\\n1, ${B}, NVIDIA A100-SXM4-80GB\\n'`;

async function find(script: string | null, visible?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-gpus-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  vi.stubEnv('PATH', script === null ? folder : fakeNvidiaSmi(folder, script));
  return findGpus(visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible });
}

describe('the GPUs of this machine', () => {
  test('are those that nvidia-smi lists, by their UUIDs', async () => {
    const { gpus } = await find(BOTH);
    expect(gpus).toEqual([
      { id: A, number: '0', model: 'NVIDIA A100-SXM4-80GB' },
      { id: B, number: '1', model: 'NVIDIA A100-SXM4-80GB' },
    ]);
  });

  test.each([
    ['a number', '1', [B]],
    ['numbers in an order of their own', '1,0', [B, A]],
    ['a UUID', A, [A]],
    ['the beginning of one', 'GPU-5a', [B]],
    ['nothing', '', []],
    ['a number that no GPU has, which ends the list', '1,7,0', [B]],
    ['-1, which ends it too', '-1,0', []],
    ['one twice', '0,0', [A]],
    [
      'a slice of one',
      'MIG-377e0049-554c-540b-93c6-d0976f8426cb',
      ['MIG-377e0049-554c-540b-93c6-d0976f8426cb'],
    ],
  ])('are fewer where CUDA_VISIBLE_DEVICES names %s', async (_what, visible, ids) => {
    expect((await find(BOTH, visible)).gpus.map(({ id }) => id)).toEqual(ids);
  });

  test('are as CUDA_VISIBLE_DEVICES names them where there is no nvidia-smi', async () => {
    expect((await find(null, '0,GPU-5a')).gpus.map(({ id }) => id)).toEqual(['0', 'GPU-5a']);
  });

  test('are the others where one fell off the bus', async () => {
    const lost = `echo 'Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.'; ${BOTH}; exit 15`;
    expect((await find(lost)).gpus.map(({ id }) => id)).toEqual([A, B]);
  });
});

describe('too few GPUs are told with what was found and how to mend it', () => {
  test.each([
    [
      'no nvidia-smi',
      null,
      undefined,
      'none of its GPUs (nvidia-smi is not on the PATH)',
      "install NVIDIA's driver",
    ],
    [
      'a driver that does not answer',
      'echo "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver." >&2; exit 9',
      undefined,
      'none of its GPUs (nvidia-smi fails: NVIDIA-SMI has failed',
      "install NVIDIA's driver",
    ],
    ['fewer', BOTH, undefined, '2 of its GPUs (nvidia-smi lists 2)', 'lower compute.gpus'],
    [
      'a worker that sees fewer',
      BOTH,
      '1',
      '1 of its GPUs (CUDA_VISIBLE_DEVICES is "1"; nvidia-smi lists 2)',
      'let the worker see more',
    ],
  ])('%s', async (_what, script, visible, found, mend) => {
    const lack = findLack(await find(script, visible), 3);
    expect(lack?.found).toContain(found);
    expect(lack?.mend).toContain(mend);
  });

  test('and enough are no lack', async () => {
    expect(findLack(await find(BOTH), 2)).toBeUndefined();
  });
});
