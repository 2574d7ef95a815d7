import { expect, test } from 'vitest';
import { learnPlacement } from '../../workflows/placement.ts';

const message = '';

test('memory that was not enough doubles, three times at most, and stays', () => {
  let placement = learnPlacement(undefined, { cause: 'host-oom', message });
  expect(placement).toEqual({ generation: 2, memoryGrowths: 1, avoidNodes: [] });
  placement = learnPlacement(placement, { cause: 'preempted', message });
  expect(placement?.memoryGrowths).toBe(1);
  for (let time = 0; time < 5; time++)
    placement = learnPlacement(placement, { cause: 'host-oom', message });
  expect(placement?.memoryGrowths).toBe(3);
});

test('a node with a sick GPU is avoided, and one that was lost makes way for another Job', () => {
  const sick = learnPlacement(undefined, { cause: 'sick-node', message, node: 'n1' });
  expect(sick).toEqual({ generation: 2, memoryGrowths: 0, avoidNodes: ['n1'] });
  expect(learnPlacement(sick, { cause: 'sick-node', message, node: 'n1' })?.avoidNodes).toEqual([
    'n1',
  ]);
  expect(learnPlacement(sick, { cause: 'node-lost', message, node: 'n2' })).toEqual({
    generation: 3,
    memoryGrowths: 0,
    avoidNodes: ['n1'],
  });
});

test('what says nothing of the place changes nothing', () => {
  expect(learnPlacement(undefined, { cause: 'trainer-bug', message })).toBeUndefined();
});
