import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { delimiter, join } from 'node:path';

/** A machine with so many GPUs that no other has: for toy trainers, which hold them as processes hold devices. */
export interface FakeGpus {
  uuids: string[];
  /** Environment in which `nvidia-smi` lists them and toy trainers use them. */
  env: { PATH: string; TOY_GPUS: string };
  /** What was used so far, in order: a stage and its GPUs. */
  readUses: () => { stage: string; gpus: string[] }[];
}

export function makeFakeGpus(folder: string, count: number): FakeGpus {
  const uuids = Array.from({ length: count }, () => `GPU-${randomUUID()}`);
  const lines = uuids.map((uuid, index) => `${index}, ${uuid}, Toy 9000\n`);
  const devices = join(folder, 'devices');
  mkdirSync(devices);
  writeFileSync(join(devices, 'uses'), '');
  return {
    uuids,
    env: { PATH: fakeNvidiaSmi(folder, `printf '${lines.join('')}'`), TOY_GPUS: devices },
    readUses: () =>
      readFileSync(join(devices, 'uses'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { stage: string; gpus: string[] }),
  };
}

/** A PATH on which `nvidia-smi` is this shell script. */
export function fakeNvidiaSmi(folder: string, script: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${bin}${delimiter}${process.env['PATH']}`;
}
