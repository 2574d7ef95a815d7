/** What the words beside the metrics mean, with their sources. */
export const GLOSSARY: readonly (readonly [string, string])[] = [
  [
    'rule without training',
    'GetUserToken where it is listed and was not called, else the first listed tool that was not called yet, without arguments.',
  ],
  [
    'commonest target, names',
    'The call, or the name, that most training examples of the domain have, as the answer to every prompt.',
  ],
  [
    'floor',
    'The best of the rule, the commonest target and the untrained base. Where a domain is not learned beyond it, BWT and forgetting say nothing about what is kept.',
  ],
  [
    'copy ceiling',
    'The share of targets all of whose values stand verbatim in the messages of the prompt. It bounds copying, not deriving.',
  ],
  [
    'gold replay',
    'The gold calls as text through the same scorer; executed: held-out dialogues that the gold calls fulfil in their world.',
  ],
  [
    'interval',
    "Student's t over seeds, paired for differences; where training sets of seeds overlap widened after Nadeau and Bengio (2003).",
  ],
  [
    'sign flips, permutation floor',
    'The share of sign assignments of the paired differences whose sum is as far from zero; n seeds cannot give less than 2 / 2^n.',
  ],
  [
    'p (Holm)',
    'The p value of the paired t test, adjusted after Holm (1979) for all exploratory comparisons together.',
  ],
  [
    'crossed bootstrap',
    'From 10 to 100 seeds: percentiles of the mean difference with seeds and dialogues resampled together. It is not widened for overlapping training sets.',
  ],
  [
    'interquartile mean',
    'The mean of the differences without the lowest and the highest quarter; from four seeds on (Agarwal et al., 2021).',
  ],
  [
    'probability of improvement',
    'The share of pairs of one seed from each condition in which the first is better; ties count half (Agarwal et al., 2021).',
  ],
  [
    'seeds that would settle it',
    'The fewest with which a paired t test at alpha would find a true difference of the size and spread seen in four of five sweeps, and not fewer than sign flips need to reach alpha.',
  ],
];
