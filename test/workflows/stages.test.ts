import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { expect, test } from 'vitest';
import { describeFailure } from '../../workflows/stages.ts';

function failedBy(cause: Error): ActivityFailure {
  return new ActivityFailure(
    'failed',
    'train',
    '1',
    RetryState.MAXIMUM_ATTEMPTS_REACHED,
    'worker',
    cause,
  );
}

test('an activity that missed its heartbeats lost its worker', () => {
  const timeout = new TimeoutFailure('no heartbeat', undefined, TimeoutType.HEARTBEAT);
  expect(describeFailure(failedBy(timeout))).toEqual({
    cause: 'worker-lost',
    message: 'no heartbeat',
  });
});

test('a failure’s type is its cause, where it is a known one', () => {
  const stalled = ApplicationFailure.create({ type: 'stalled', message: 'no event for 10 min' });
  expect(describeFailure(failedBy(stalled))).toEqual({
    cause: 'stalled',
    message: 'no event for 10 min',
  });
  const strange = ApplicationFailure.create({ type: 'toString', message: 'what' });
  expect(describeFailure(failedBy(strange))).toEqual({ cause: 'internal', message: 'what' });
  expect(describeFailure(new TypeError('x is undefined'))).toEqual({
    cause: 'internal',
    message: 'x is undefined',
  });
});

test('the innermost message is told, cut to what a history should carry', () => {
  const inner = new Error('m'.repeat(2000));
  const outer = ApplicationFailure.create({ type: 'internal', message: 'outer', cause: inner });
  expect(describeFailure(failedBy(outer)).message).toBe('m'.repeat(500));
});
