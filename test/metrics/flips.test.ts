import { describe, expect, test } from 'vitest';
import { type AnswerPair, countFlips, flipOf, groupFlips } from '../../metrics/flips.ts';

/** `+-`: the treatment is right, the control wrong; one word a seed. */
const pairsOf = (example: string, answers: string): AnswerPair[] =>
  answers.split(' ').map((answer, index) => ({
    example,
    seed: index + 1,
    treatmentRight: answer.startsWith('+'),
    controlRight: answer.endsWith('+'),
  }));

describe('flips between two conditions', () => {
  test('are told from what stays', () => {
    expect(pairsOf('a', '+- -+ ++ --').map(flipOf)).toEqual(['better', 'worse', 'both', 'neither']);
  });

  test('are counted over seeds', () => {
    const counts = countFlips(pairsOf('a', '+- +- -+ ++'));
    expect(counts).toEqual({ better: 2, worse: 1, both: 1, neither: 0 });
  });

  test('on which most seeds agree come first, in either direction', () => {
    const pairs = [
      ...pairsOf('divided', '+- -+ +-'),
      ...pairsOf('same', '++ ++ --'),
      ...pairsOf('worse', '-+ -+ -+'),
      ...pairsOf('better', '+- +- ++'),
    ];
    const groups = groupFlips(pairs);
    expect(groups.map(({ example }) => example)).toEqual(['worse', 'better', 'divided', 'same']);
    expect(groups.map((group) => group.pairs.length)).toEqual([3, 3, 3, 3]);
  });
});
