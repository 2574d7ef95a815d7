import type { CauseName } from './causes.ts';

/** In the order of being asked: as CUDA and PyTorch, the driver, and the kernel put it. */
const SIGNS: [CauseName, (words: string) => boolean][] = [
  ['cuda-oom', (words) => /out of memory/i.test(words) && /cuda|torch|gpu/i.test(words)],
  [
    'sick-node',
    (words) =>
      /\bXid\b|uncorrectable ECC|fallen off the bus|CUDA error: device-side|no CUDA-capable device/i.test(
        words,
      ),
  ],
  ['disk-full', (words) => /ENOSPC|no space left on device|disk quota exceeded/i.test(words)],
];

/** What the end of a failed trainer's log says of its cause; undefined where only its author can tell. */
export function causeOfWords(words: string): CauseName | undefined {
  return SIGNS.find(([, isSaid]) => isSaid(words))?.[0];
}
