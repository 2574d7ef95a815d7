import { expect, test } from 'vitest';
import type { CauseName } from '../../contract/causes.ts';
import { causeOfWords } from '../../contract/last-words.ts';

/** As the programs put it, word for word but for addresses and numbers. */
const WORDS: [CauseName | undefined, string, string][] = [
  [
    'cuda-oom',
    "PyTorch's allocator",
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.20 GiB is free.',
  ],
  [
    'cuda-oom',
    'CUDA itself, by PyTorch',
    'torch.AcceleratorError: CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call',
  ],
  [
    'cuda-oom',
    'cuBLAS, by PyTorch',
    'RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
  ],
  [
    'cuda-oom',
    'NCCL',
    "ncclUnhandledCudaError: Call to CUDA function failed.\nLast error:\nCuda failure 2 'out of memory'",
  ],
  [
    'cuda-oom',
    'bitsandbytes',
    'Error out of memory at line 380 in file /src/csrc/pythonInterface.c',
  ],
  [
    'cuda-oom',
    'our trainer',
    'CUDA out of memory (at most 77.1 GiB allocated of 79.1 GiB): lower batchSize from 4 to 2; globalBatch stays 16',
  ],
  [
    'sick-node',
    'the kernel',
    'NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python, GPU has fallen off the bus.',
  ],
  [
    'sick-node',
    'our trainer of hardware',
    'Xid 95 on GPU 0: uncontained ECC error (hardware): drain the node and reset the GPU',
  ],
  [
    'sick-node',
    'CUDA of ECC',
    'RuntimeError: CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be asynchronously reported',
  ],
  [
    'sick-node',
    'CUDA of NVLink',
    'CUDA error: uncorrectable NVLink error detected during the execution',
  ],
  ['sick-node', 'NVML', 'pynvml.NVMLError_GpuIsLost: GPU is lost'],
  [
    'sick-node',
    'CUDA of a GPU that nobody can have',
    'RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable',
  ],
  [
    'sick-node',
    'CUDA without its fabric manager',
    'RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized',
  ],
  [
    undefined,
    'the kernel of an illegal access',
    'NVRM: Xid (PCI:0000:3b:00): 31, pid=1234, name=python, Ch 00000008, intr 00000000. MMU Fault',
  ],
  [
    undefined,
    'our trainer of an illegal access',
    'Xid 13 on GPU 0: graphics engine exception (application): the GPU is well',
  ],
  [
    undefined,
    'CUDA of an assertion in a kernel',
    'RuntimeError: CUDA error: device-side assert triggered\nIndexing.cu:1553: Assertion `srcIndex < srcSelectDimSize` failed.',
  ],
  [
    undefined,
    'CUDA of an illegal access',
    'RuntimeError: CUDA error: an illegal memory access was encountered',
  ],
  ['diverged', 'our trainer of its loss', 'non-finite loss (nan) at step 12: lower learningRate'],
  [
    'diverged',
    'PyTorch of its gradients',
    'RuntimeError: The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot be clipped.',
  ],
  [
    'stalled',
    "PyTorch's watchdog over NCCL",
    '[Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=412, OpType=ALLREDUCE) ran for 600029 milliseconds before timing out.',
  ],
  ['disk-full', 'Python', 'OSError: [Errno 28] No space left on device'],
  [undefined, 'the host, of its own memory', 'MemoryError: out of memory'],
];

test.each(WORDS)('%s is what it means where %s says it', (cause, _who, words) => {
  expect(causeOfWords(`Traceback (most recent call last):\n${words}`)).toBe(cause);
});

test('a sick GPU is named also where an Xid of the program stands beside it', () => {
  expect(causeOfWords('Xid 45 on GPU 0: cleaned up\nXid 48 on GPU 0: double bit ECC error')).toBe(
    'sick-node',
  );
});
