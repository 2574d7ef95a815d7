import type { CauseName } from './causes.ts';

/** Characters of a log's end: PyTorch alone takes five hundred to say that memory ran out. */
export const WORDS_JUDGED = 2000;
export const WORDS_SHOWN = 400;

/** Xids that a program brings about on a GPU that is well: as NVIDIA's own device plugin for Kubernetes judges them. */
const APPLICATION_XIDS = new Set([13, 31, 43, 45, 68, 109]);

/** `Xid 79 on GPU 0`, as our trainer says it; `NVRM: Xid (PCI:0000:3b:00): 79, pid=1`, as the kernel does. */
const XID = /\bXid(?: \([^)]*\):)? (\d+)/gi;

/** In the order of being asked: as PyTorch, NCCL and bitsandbytes put it, the driver, and the kernel. */
const SIGNS: [CauseName, (words: string) => boolean][] = [
  [
    'cuda-oom',
    (words) =>
      (/out of memory/i.test(words) && /cuda|torch|gpu|\/csrc\//i.test(words)) ||
      /CU(BLAS|DNN)_STATUS_ALLOC_FAILED/.test(words),
  ],
  ['sick-node', (words) => namesSickXid(words) || SICK_GPU.test(words)],
  [
    'diverged',
    (words) => /non-finite (loss|gradient)|gradients from .* is non-finite/i.test(words),
  ],
  ['stalled', (words) => /Watchdog caught collective operation timeout/.test(words)],
  ['disk-full', (words) => /ENOSPC|no space left on device|disk quota exceeded/i.test(words)],
];

const SICK_GPU =
  /uncorrectable (ECC|NVLink) error|fallen off the bus|GPU is lost|no CUDA-capable device|CUDA-capable device\(s\) is\/are busy or unavailable|system not yet initialized/i;

/** What the end of a failed trainer's log says of its cause; undefined where only its author can tell. */
export function causeOfWords(words: string): CauseName | undefined {
  return SIGNS.find(([, isSaid]) => isSaid(words))?.[0];
}

function namesSickXid(words: string): boolean {
  return [...words.matchAll(XID)].some(([, number]) => !APPLICATION_XIDS.has(Number(number)));
}
