/** What scores are held against: answers that need no learner, and what could at best be right. */

import type { Convention } from './scores.ts';

/** How many of some answers are right. */
export interface AnswerCounts {
  right: Record<Convention, number>;
  nameRight: number;
}

/** What the scores of one condition on one domain are held against: shares under the headline convention, means over seeds. */
export interface DomainReferences {
  domain: string;
  /** Answers of the rule without training. */
  untrained: number | null;
  untrainedNames: number | null;
  /** The commonest training target of the domain for every prompt, and the commonest names. */
  majority: number | null;
  majorityNames: number | null;
  /** Targets all of whose values stand verbatim in the prompt as rendered for evaluation. */
  copyCeiling: number | null;
  /** The gold calls as text, through the same scorer. */
  goldReplay: number | null;
  /** Dialogues that the gold calls fulfil when they are executed; null where the suite cannot execute them. */
  worldReplay: number | null;
  /** The untrained base: Z_j, like the next two a mean over seeds and orders. */
  zeroShot: number | null;
  /** After the block that teaches the domain: R_jj; null where no block teaches it alone. */
  taught: number | null;
  /** After the last block: R_Nj. */
  final: number | null;
  /** The best answer without training: of the rule, the commonest target and the untrained base. */
  floor: number | null;
  /** R_jj is not above the floor: nothing was learned there that could be forgotten. Null where either is not known. */
  atFloor: boolean | null;
}

/** Held-out dialogues whose gold calls, executed in their world, do what was asked. */
export interface WorldReplay {
  dialogues: number;
  fulfilled: number;
}

/** The same as counts, for one seed: on the held-out examples of one domain as the condition renders them. */
export interface ReferenceCounts {
  condition: string;
  seed: number;
  domain: string;
  examples: number;
  untrained: AnswerCounts;
  majorityTarget: AnswerCounts;
  majorityNames: AnswerCounts;
  goldReplay: AnswerCounts;
  copyable: number;
  /** Null where the suite cannot execute its calls. */
  worldReplay: WorldReplay | null;
}
