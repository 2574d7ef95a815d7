import { expect, test } from 'vitest';
import {
  addWarning,
  describeWarning,
  mergeWarnings,
  MOST_WARNINGS,
  type TrainerWarning,
} from '../../contract/trainer-warnings.ts';

test('warnings are kept once and counted, over tries too', () => {
  const one = ['hot', 'slow', 'hot'].reduce<TrainerWarning[]>(addWarning, []);
  expect(one).toEqual([
    { message: 'hot', times: 2 },
    { message: 'slow', times: 1 },
  ]);
  expect(mergeWarnings([one, [{ message: 'slow', times: 3 }]]).map(describeWarning)).toEqual([
    'hot (2 times)',
    'slow (4 times)',
  ]);
});

test('however many a trainer says, so many are kept and the others are counted', () => {
  const all = Array.from({ length: 50 }, (_, index) => `warning ${index}`);
  const kept = all.reduce<TrainerWarning[]>(addWarning, []);
  expect(kept).toHaveLength(MOST_WARNINGS + 1);
  expect(kept.at(-1)).toEqual({ message: 'further warnings, in its log', times: 30 });
});
