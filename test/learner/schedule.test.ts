import { expect, test } from 'vitest';
import { Schedule } from '../../learner/schedule.ts';

const epochOf = (schedule: Schedule, epoch: number): number[][] => {
  return [0, 1, 2].map((step) => schedule.batch(epoch * 3 + step));
};

test('every epoch visits every example once, in an order of its own', () => {
  const schedule = new Schedule(10, 4, 4, 7);
  expect(schedule.steps).toBe(12);
  const orders = [0, 1, 2, 3].map((epoch) => epochOf(schedule, epoch).flat());
  for (const order of orders) {
    expect(order.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  expect(new Set(orders.map(String)).size).toBe(4);
  expect(epochOf(schedule, 0).map((batch) => batch.length)).toEqual([4, 4, 2]);
});

test('a step can be asked for without the steps before it, and follows from the seed', () => {
  const whole = epochOf(new Schedule(10, 4, 4, 7), 2);
  expect(epochOf(new Schedule(10, 4, 4, 7), 2).toReversed()).toEqual(whole.toReversed());
  expect(new Schedule(10, 4, 4, 7).batch(7)).toEqual(whole[1]);
  expect(new Schedule(10, 4, 4, 8).batch(7)).not.toEqual(whole[1]);
});
