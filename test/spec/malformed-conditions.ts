import { NAME } from './malformed-study.ts';
import type { MalformedLine } from './study.ts';

const TRACES = '"keep", "strip", "shuffle" or "filler"';
const CONDITION =
  'trace, strategy, replay, tokens, limit, upsample, render, hyperparameters, tellDomains';

/** What is compared, spoiled. */
export const MALFORMED_CONDITIONS: MalformedLine[] = [
  [
    7,
    '  keep: { trace: kepe }',
    `7:18: conditions.keep.trace: expected ${TRACES} or a mapping of train, eval, found "kepe" (did you mean "keep"?)`,
  ],
  [
    7,
    '  keep: { trace: keep, hyperparameters: { epoch: 3 } }',
    '7:43: conditions.keep.hyperparameters.epoch: expected one of epochs, learningRate, l2, batchSize, maxPromptTokens, maxTargetTokens, tableBits, found the unknown field "epoch" (did you mean "epochs"?)',
  ],
  [
    7,
    '  keep: { trace: keep, hyperparameters: { epochs: 0 } }',
    '7:51: conditions.keep.hyperparameters.epochs: expected an integer from 1 to 1000, found 0',
  ],
  [
    7,
    '  keep: { trace: keep, tellDomains: true }',
    '7:24: conditions.keep.tellDomains: expected no tellDomains with the built-in learner, found true',
  ],
  [
    7,
    '  keep: { trace: [keep, strip] }',
    `7:18: conditions.keep.trace: expected ${TRACES} or a mapping of train, eval, found a list`,
  ],
  [
    7,
    '  keep: { trace: { train: keep } }',
    `7:11: conditions.keep.trace.eval: expected ${TRACES}, found nothing`,
  ],
  [
    7,
    '  keep: { trace: { train: keep, eval: stip } }',
    `7:39: conditions.keep.trace.eval: expected ${TRACES}, found "stip" (did you mean "strip"?)`,
  ],
  [
    7,
    '  keep: { trase: keep }',
    `7:11: conditions.keep.trase: expected one of ${CONDITION}, found the unknown field "trase" (did you mean "trace"?)`,
  ],
  [7, '  keep: keep', `7:9: conditions.keep: expected a mapping of ${CONDITION}, found "keep"`],
  [
    7,
    '  keep: { trace: keep, strategy: zeroshot }',
    '7:34: conditions.keep.strategy: expected "sequential", "joint" or "zero-shot", found "zeroshot" (did you mean "zero-shot"?)',
  ],
  [
    7,
    '  keep: { trace: keep, replay: 0 }',
    '7:32: conditions.keep.replay: expected a number above 0 and at most 100, found 0',
  ],
  [
    7,
    '  keep: { trace: keep, strategy: joint, replay: 0.1 }',
    '7:41: conditions.keep.replay: expected no replay under strategy joint, found 0.1',
  ],
  [
    7,
    '  keep: { trace: keep, strategy: zero-shot, limit: 3 }',
    '7:45: conditions.keep.limit: expected no limit under strategy zero-shot, found 3',
  ],
  [
    7,
    '  keep: { trace: keep, limit: 0 }',
    '7:31: conditions.keep.limit: expected an integer from 1 to 10000000, found 0',
  ],
  [
    7,
    '  keep: { trace: keep, tokens: strip }',
    '7:32: conditions.keep.tokens: expected match(condition), like match(strip), found "strip"',
  ],
  [
    7,
    '  keep: { trace: keep, tokens: match(keep) }',
    '7:32: conditions.keep.tokens: expected another condition, found "match(keep)"',
  ],
  [
    7,
    '  keep: { trace: keep, tokens: match(stripp) }',
    '7:32: conditions.keep.tokens: expected match(one of strip), found "match(stripp)" (did you mean "strip"?)',
  ],
  [
    7,
    '  keep: { trace: keep, tokens: match(strip), upsample: 4 }',
    '7:32: conditions.keep.tokens: expected no tokens beside upsample, found "match(strip)"',
  ],
  [
    7,
    '  keep: { trace: keep, tokens: match(other) }\n  other: { trace: keep, replay: 0.2 }',
    '7:32: conditions.keep.tokens: expected a condition that trains on its domains as they are, found "match(other)", which has replay',
  ],
  [
    7,
    '  keep: { trace: keep, render: ../own.ts }',
    '7:32: conditions.keep.render: expected a TypeScript file beside or below the spec file like ./last-result.ts, found "../own.ts"',
  ],
  [
    7,
    '  keep: { trace: keep }\n  keep: { trace: keep }',
    '8:3: conditions.keep: expected each field once, found "keep" again',
  ],
  [
    7,
    '  keep: { trace: keep, trace: strip }',
    '7:24: conditions.keep.trace: expected each field once, found "trace" again',
  ],
  [
    7,
    '  Keep_It: { trace: keep }\n  keep: { trace: keep }',
    `7:3: conditions.Keep_It: expected ${NAME}, found "Keep_It"`,
  ],
  [
    7,
    '  constructor: { trace: keep }\n  keep: { trace: keep }',
    '7:3: conditions.constructor: expected a name other than "constructor", found "constructor"',
  ],
  [
    7,
    '  __proto__: { trace: keep }\n  keep: { trace: keep }',
    '7:3: conditions.__proto__: expected another name, found "__proto__"',
  ],
];
