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
