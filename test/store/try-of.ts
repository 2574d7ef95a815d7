import type { Try } from '../../store/tries.ts';

/** A pod of 4 GPUs that waited 10 s, started for 15 s and ran for 40 s, and what a test wants otherwise. */
export function tryOf(given: Partial<Try> = {}): Try {
  return {
    format: 1,
    key: 'study-0123456789ab',
    name: 'pod-1',
    stage: 'train',
    unit: 'c0ffee'.padEnd(64, '0'),
    condition: 'keep',
    seed: 1,
    block: 'travel',
    gpus: 4,
    pod: 'pod-1',
    node: 'n1',
    memory: '4Gi',
    avoidNodes: [],
    attempt: null,
    state: given.end ? 'ended' : 'running',
    message: null,
    queuedAt: '2026-01-02T03:00:00.000Z',
    startingAt: '2026-01-02T03:00:10.000Z',
    runningAt: '2026-01-02T03:00:25.000Z',
    seenAt: '2026-01-02T03:01:05.000Z',
    predicted: 0,
    committed: 0,
    end: null,
    ...given,
  };
}
