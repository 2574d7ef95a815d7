import type { MetricDefinition, MetricName } from '../contract/results.ts';
import type { Convention } from '../contract/scores.ts';

/**
 * What every number means, printed beside it. Continual-learning metrics after arXiv 2605.09734; other libraries divide
 * BWT by N or take forgetting as its negative, so the divisor is part of the definition.
 */
export const METRICS: Record<MetricName, MetricDefinition> = {
  averageAccuracy: {
    label: 'average accuracy',
    short: 'accuracy',
    formula: 'mean over j of R_Nj',
    divisor: 'N, the domains',
    unit: 'fraction',
    higherIsBetter: true,
  },
  bwt: {
    label: 'backward transfer (BWT)',
    short: 'BWT',
    formula: 'mean over j < N of (R_Nj − R_jj)',
    divisor: 'N − 1, the domains but the last',
    unit: 'fraction',
    higherIsBetter: true,
  },
  fwt: {
    label: 'forward transfer (FWT)',
    short: 'FWT',
    formula:
      'mean over j > 1 of (R_(j−1)j − Z_j), where Z is the zero-shot row of the untrained base',
    divisor: 'N − 1, the domains but the first',
    unit: 'fraction',
    higherIsBetter: true,
  },
  forgetting: {
    label: 'forgetting',
    short: 'forgetting',
    formula: 'mean over j < N of (max over j ≤ i < N of R_ij, minus R_Nj)',
    divisor: 'N − 1, the domains but the last',
    unit: 'fraction',
    higherIsBetter: false,
  },
  aulc: {
    label: 'area under the learning curve (AULC)',
    short: 'AULC',
    formula: 'mean over j of the trapezoid mean of R_jj to R_Nj',
    divisor: 'N, the domains; each area by its N − j intervals (R_NN itself for the last)',
    unit: 'fraction',
    higherIsBetter: true,
  },
  zeroShotAccuracy: {
    label: 'zero-shot accuracy',
    short: 'zero-shot',
    formula: 'mean over j of Z_j, the untrained base on domain j',
    divisor: 'N, the domains',
    unit: 'fraction',
    higherIsBetter: true,
  },
  nameAccuracy: {
    label: 'name accuracy',
    short: 'names right',
    formula: 'as average accuracy, counting an example whose calls all have the right names',
    divisor: 'N, the domains',
    unit: 'fraction',
    higherIsBetter: true,
  },
  malformedRate: {
    label: 'malformed',
    short: 'malformed',
    formula: 'as average accuracy, counting an example whose prediction holds no readable call',
    divisor: 'N, the domains',
    unit: 'fraction',
    higherIsBetter: false,
  },
};

/** What counts as right; verdicts under different conventions are never mixed in one number. */
export const CONVENTION_DEFINITIONS: Record<Convention, string> = {
  exact:
    'The same calls: names, argument names and typed values equal. The order of arguments and of parallel calls is free; lists are ordered.',
  'paper-1':
    'The strict parser of arXiv 2605.09734: the first bracketed Name(...); parameters only in single quotes, stripped and lower-cased; the same name in any case and the same set of parameters. Values without single quotes are not seen.',
  bfcl: "Syntax trees as the Berkeley Function-Calling Leaderboard compares them: strings lower-cased, without spaces and ,./-_*^, ' as \"; types equal, an integer may stand for a float; lists ordered, parallel calls in any order. Numbers are JSON's, so 3.0 is 3.",
};
