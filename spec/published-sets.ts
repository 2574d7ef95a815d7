import type { PublishedMatrix } from '../contract/published.ts';
import type { SHIPPED } from './published-schema.ts';

/** What ships with Ratchet, in percent as published. */

const REMARKS = [
  'Theirs is one seed without an interval; a rerun of the same seed gave other signs of forgetting.',
  'Their blocks are token-balanced bins of API families: other domains are another stream.',
  'Their prompts were cut on the right at 896 tokens, which cost the longer ones, those with the trace, their end.',
];

const PAPER = {
  source: 'arXiv 2605.09734, evaluation of all 440 examples',
  convention: 'paper-1',
  learner: 'Llama-3.1-8B-Instruct, NF4 with LoRA',
} as const;

export const PUBLISHED_SETS: Record<(typeof SHIPPED)[number], PublishedMatrix[]> = {
  'trajectory-supervision': [
    {
      ...PAPER,
      name: 'trajectory supervision, A (without the trace)',
      condition: 'strip',
      matrix: [
        [47.6, 36.5, 32.0, 25.2],
        [42.1, 55.8, 30.1, 28.0],
        [39.7, 45.2, 41.7, 27.1],
        [35.7, 43.3, 32.0, 45.8],
      ],
      metrics: { nameAccuracy: 66.6 },
      remarks: REMARKS,
    },
    {
      ...PAPER,
      name: 'trajectory supervision, B (with the trace)',
      condition: 'keep',
      matrix: [
        [61.1, 57.7, 42.7, 43.9],
        [55.6, 67.3, 45.6, 49.5],
        [52.4, 62.5, 53.4, 51.4],
        [57.9, 61.5, 44.7, 63.6],
      ],
      metrics: { nameAccuracy: 74.3 },
      remarks: REMARKS,
    },
  ],
};
