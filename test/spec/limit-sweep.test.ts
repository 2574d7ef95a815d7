import { describe, expect, test } from 'vitest';
import { limitSweep } from '../../spec/limit-sweep.ts';
import { parseSweep } from '../../spec/parse.ts';
import type { Sweep } from '../../spec/sweep.ts';

function sweepOf(changes: object): Sweep {
  const study = {
    version: 'ratchet/v1',
    name: 'study',
    suite: { kind: 'builtin' },
    stream: { domains: ['travel'] },
    conditions: { keep: { trace: 'keep' }, few: { trace: 'keep', limit: 3, upsample: 200 } },
  };
  const parsed = parseSweep(JSON.stringify({ ...study, ...changes }), 'study.yaml');
  if ('errors' in parsed) throw new Error(parsed.errors.map(({ expected }) => expected).join());
  return parsed.sweep;
}

describe('a trial on few examples', () => {
  test('limits every condition and the evaluation, and lets smaller limits be', () => {
    const { conditions, evaluate } = limitSweep(sweepOf({ evaluate: { limit: 5 } }), 10);
    expect(conditions.map(({ limit }) => limit)).toEqual([10, 3]);
    expect(evaluate.limit).toBe(5);
    expect(limitSweep(sweepOf({}), 10).evaluate.limit).toBe(10);
  });

  test('repeats examples no further than its limit', () => {
    const { conditions } = limitSweep(sweepOf({}), 10);
    expect(conditions.map(({ upsample }) => upsample)).toEqual([null, 10]);
  });

  test('has a name of its own that is still a name', () => {
    expect(limitSweep(sweepOf({}), 10).name).toBe('study-limit10');
    const long = limitSweep(sweepOf({ name: 'a'.repeat(40) }), 10).name;
    expect(long).toHaveLength(40);
    expect(sweepOf({ name: long }).name).toMatch(/a-limit10$/);
  });

  test('changes nothing else', () => {
    const sweep = sweepOf({});
    const { name, conditions, evaluate } = sweep;
    expect({ ...limitSweep(sweep, 10), name, conditions, evaluate }).toEqual(sweep);
  });
});
