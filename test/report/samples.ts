import type { History } from '../../contract/history.ts';
import type { LedgerTry } from '../../contract/ledger.ts';
import { sumLedger } from '../../metrics/ledger.ts';
import { summariseSweep } from '../../metrics/summarise.ts';
import { sampleSweep } from '../metrics/sample-sweep.ts';

export const results = summariseSweep(sampleSweep());

/** One cell without a result. */
export const holed = summariseSweep(
  sampleSweep({
    isMissing: ({ condition, seed, block, domain }) =>
      condition === 'strip' && seed === 2 && block === 3 && domain === 'health',
  }),
);

/** Names that a table, a page or a terminal could take for its own. */
export const hostile = summariseSweep(
  sampleSweep({
    domains: ['=1+1', 'a,b "c"', 'x|y\u001b[2J'],
    conditions: ['*keep*', '<b>strip'],
    seeds: 2,
  }),
);

/** A try of 8 GPUs; spent 100 s of each. */
function tried(given: Partial<LedgerTry>): LedgerTry {
  return {
    condition: 'keep',
    seed: 1,
    block: 'account',
    stage: 'train',
    unit: 'GPU',
    devices: 8,
    image: null,
    result: 'done',
    cause: null,
    start: '2026-01-02T03:04:05.000Z',
    end: '2026-01-02T03:05:45.000Z',
    spending: { useful: 800, repeated: 0, failed: 0, starting: 0, queued: 0 },
    telemetry: null,
    warnings: [],
    ...given,
  };
}

/** A day of a cluster: one block was pre-empted, another failed, a third waited. */
const tries = [
  tried({
    result: 'interrupted',
    cause: 'preempted',
    spending: { useful: 480, repeated: 240, failed: 0, starting: 80, queued: 30 },
  }),
  tried({
    spending: { useful: 740, repeated: 0, failed: 0, starting: 60, queued: 7200 },
    telemetry: {
      step: 2,
      means: { tokensPerSecond: { mean: 12345.6, of: 2 }, mfu: { mean: 0.412, of: 2 } },
      peakMemoryBytes: 71.5 * 2 ** 30,
      checkpointSeconds: 0.37,
      curve: [
        { step: 1, loss: 2.5, learningRate: 0.0002 },
        { step: 2, loss: 1.25 },
      ],
      spacing: 1,
    },
    warnings: [{ message: '3 of 20 <prompts> were cut', times: 2 }],
  }),
  tried({
    condition: 'strip',
    seed: 2,
    result: 'failed',
    cause: 'trainer-bug',
    spending: { useful: 0, repeated: 0, failed: 770, starting: 30, queued: 0 },
  }),
];

export const history: History = {
  format: 'ratchet/history/1',
  sweep: results.sweep.id,
  blocks: [
    {
      key: '0'.repeat(64),
      condition: 'keep',
      seed: 1,
      domain: 'account',
      result: 'trained',
      attempts: 3,
      repeatedSteps: 41,
      seconds: 12.5,
      start: '2026-01-02T03:04:05Z',
      end: '2026-01-02T03:04:17Z',
      failures: [{ stage: 'train', cause: 'preempted', message: 'killed <at> step 41' }],
      damage: ['weights.bin: a bit <flipped>'],
    },
  ],
  ledger: { rows: sumLedger(tries), tries },
};
