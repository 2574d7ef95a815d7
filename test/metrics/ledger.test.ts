import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heldSeconds, NO_SPENDING } from '../../contract/ledger.ts';
import { divideTime, type Tried } from '../../metrics/ledger.ts';
import { propertyRuns } from '../support/property-runs.ts';

/** A step takes a second, so that seconds can be counted step by step. */
const training = (from: number, last: number, given: Partial<Tried> = {}): Tried => ({
  queued: 0,
  starting: 0,
  running: last - from,
  devices: 1,
  round: 0,
  steps: { from, last, kept: last },
  result: 'done',
  ...given,
});
const cut = (from: number, last: number, kept: number): Tried =>
  training(from, last, { result: 'interrupted', steps: { from, last, kept } });
const failed = (from: number, last: number): Tried =>
  training(from, last, { result: 'failed', steps: { from, last, kept: from } });

describe('running time', () => {
  test('of one undisturbed try is useful, whatever it holds', () => {
    const [spending] = divideTime([training(0, 10, { devices: 8, queued: 5, starting: 3 })]);
    expect(spending).toEqual({ ...NO_SPENDING, useful: 80, starting: 24, queued: 5 });
  });

  test('behind the checkpoint from which the next try went on was repeated', () => {
    const divided = divideTime([cut(0, 7, 5), training(5, 10)]);
    expect(divided).toMatchObject([
      { useful: 5, repeated: 2 },
      { useful: 5, repeated: 0 },
    ]);
  });

  test('is repeated up to the oldest point to which a later try fell back', () => {
    const divided = divideTime([cut(0, 6, 6), cut(6, 9, 8), training(2, 10)]);
    expect(divided).toMatchObject([{ useful: 2, repeated: 4 }, { useful: 0, repeated: 3 }, {}]);
  });

  test('of a failure is failed, but for what another try went on from', () => {
    expect(divideTime([failed(0, 8)])).toMatchObject([{ useful: 0, failed: 8 }]);
    expect(divideTime([failed(0, 8), training(4, 10)])).toMatchObject([
      { useful: 4, failed: 4, repeated: 0 },
      { useful: 6 },
    ]);
  });

  test('of a try that ends as its first step begins is not useful', () => {
    const lost = { ...cut(3, 3, 3), running: 4 };
    expect(divideTime([lost])).toMatchObject([{ useful: 0, repeated: 4 }]);
  });

  test('before a damage was found is repeated', () => {
    const divided = divideTime([training(0, 5), training(0, 5, { round: 1 })]);
    expect(divided).toMatchObject([{ repeated: 5 }, { useful: 5 }]);
  });

  test('of a pod that waits says nothing of what was done before it', () => {
    const waiting = training(0, 0, { queued: 9, steps: null, result: null });
    expect(divideTime([cut(0, 7, 5), waiting])).toMatchObject([
      { useful: 5, repeated: 2 },
      { queued: 9, useful: 0 },
    ]);
  });
});

/** How a try ends: after so many steps, and how; `back`: the next goes on from this many checkpoints before the newest. */
const fault = fc.record({
  steps: fc.integer({ min: 0, max: 12 }),
  fails: fc.boolean(),
  back: fc.integer({ min: 0, max: 2 }),
});

const history = fc.record({
  length: fc.integer({ min: 1, max: 30 }),
  every: fc.integer({ min: 1, max: 7 }),
  devices: fc.integer({ min: 1, max: 8 }),
  faults: fc.array(fault, { maxLength: 8 }),
});

/** Trains a block through faults, and counts by hand which step each second went into. */
function walk({
  length,
  every,
  devices,
  faults,
}: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  const tries: Tried[] = [];
  const done: { step: number; index: number }[] = [];
  const checkpoints = [0];
  const run = (from: number, last: number): void => {
    for (let step = from + 1; step <= last; step++) {
      done.push({ step, index: tries.length });
      if (step % every === 0) checkpoints.push(step);
    }
  };
  for (const { steps, fails, back } of faults) {
    const from = checkpoints.at(-1) ?? 0;
    const last = Math.min(length, from + steps);
    run(from, last);
    const kept = Math.max(from, checkpoints.at(-1) ?? 0);
    tries.push({ ...(fails ? failed(from, last) : cut(from, last, kept)), devices });
    for (let i = 0; i < back && checkpoints.length > 1; i++) checkpoints.pop();
  }
  const from = checkpoints.at(-1) ?? 0;
  run(from, length);
  tries.push(training(from, length, { devices }));
  /** A second counts where no later try did its step again. */
  const useful = tries.map(
    (_, index) =>
      devices *
      done.filter(
        (one) =>
          one.index === index &&
          !done.some((later) => later.index > index && later.step === one.step),
      ).length,
  );
  return { tries, useful };
}

describe('of any history of a block', () => {
  test('every second that counts is useful, and no other', () => {
    fc.assert(
      fc.property(history, (one) => {
        const { tries, useful } = walk(one);
        const divided = divideTime(tries);
        for (const [index, expected] of useful.entries())
          expect(divided[index]?.useful).toBeCloseTo(expected, 9);
        expect(useful.reduce((sum, seconds) => sum + seconds, 0)).toBe(one.length * one.devices);
      }),
      { seed: 5, numRuns: propertyRuns(500) },
    );
  });

  test('the parts add up to what was held, and none is negative', () => {
    fc.assert(
      fc.property(
        history,
        fc.array(fc.tuple(fc.integer({ min: -2, max: 9 }), fc.integer({ min: -2, max: 9 }))),
        (one, waits) => {
          const tries = walk(one).tries.map((tried, index) => {
            const [queued = 0, starting = 0] = waits[index] ?? [];
            return { ...tried, queued, starting };
          });
          const divided = divideTime(tries);
          for (const [index, { running, starting, queued, devices }] of tries.entries()) {
            const spending = divided[index] ?? NO_SPENDING;
            for (const seconds of Object.values(spending))
              expect(seconds).toBeGreaterThanOrEqual(0);
            const held = (running + Math.max(0, starting)) * devices;
            expect(heldSeconds(spending)).toBeCloseTo(held, 9);
            expect(spending.queued).toBe(Math.max(0, queued));
          }
        },
      ),
      { seed: 6, numRuns: propertyRuns(500) },
    );
  });
});
