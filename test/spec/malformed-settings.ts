import type { MalformedLine } from './study.ts';

const FIELDS =
  'version, name, suite, stream, conditions, seeds, question, published, expect, trainer, base, evaluate, compute, store, checkpoints, parallelism, budget, tags, notes';
const STORE =
  'a URL like file:///data/store or s3://bucket/prefix, or a folder beside or below the spec file like ./store';
const HYPERPARAMETERS =
  'epochs, learningRate, l2, batchSize, maxPromptTokens, maxTargetTokens, tableBits';

/** How it is run, spoiled. */
export const MALFORMED_SETTINGS: MalformedLine[] = [
  [
    11,
    'base: { block: keep/1/travel }',
    '11:16: base.block: expected a block\'s key: 64 hexadecimal digits, found "keep/1/travel"',
  ],
  [
    11,
    'trainer: { kind: python }',
    '11:18: trainer.kind: expected "builtin" or "command", found "python"',
  ],
  [
    11,
    'trainer: { kind: builtin, hyperparameters: { learningrate: 0.1 } }',
    `11:46: trainer.hyperparameters.learningrate: expected one of ${HYPERPARAMETERS}, found the unknown field "learningrate" (did you mean "learningRate"?)`,
  ],
  [
    11,
    'trainer: { kind: builtin, hyperparameters: { epochs: 0 } }',
    '11:54: trainer.hyperparameters.epochs: expected an integer from 1 to 1000, found 0',
  ],
  [
    11,
    'trainer: { kind: builtin, command: [train] }',
    '11:27: trainer.command: expected one of kind, hyperparameters, found the unknown field "command"',
  ],
  [
    11,
    'trainer: { kind: command, command: train, identity: x }',
    '11:36: trainer.command: expected a list of 1 to 1000, found "train"',
  ],
  [
    11,
    'trainer: { kind: command, command: [], identity: x }',
    '11:36: trainer.command: expected a list of 1 to 1000, found an empty list',
  ],
  [
    11,
    'trainer: { kind: command, command: [train] }',
    '11:1: trainer.identity: expected one line of at most 200 characters, found nothing',
  ],
  [
    11,
    'trainer: { kind: command, command: [train, ""], identity: x }',
    '11:44: trainer.command[1]: expected one line of at most 4000 characters, found an empty text',
  ],
  [
    11,
    'trainer: { kind: command, command: [t], identity: x, weights: { source: ./base, digest: abc } }',
    '11:73: trainer.weights.source: expected a URL like hf://organisation/name@<commit, 40 hexadecimal digits>, s3://bucket/prefix or file:///data/weights, found "./base"',
    '11:89: trainer.weights.digest: expected a SHA-256 digest, 64 hexadecimal digits: `ratchet weights digest SOURCE` tells it, found "abc"',
  ],
  [
    11,
    'trainer: { kind: command, command: [t], identity: x, hyperparameters: [1] }',
    '11:71: trainer.hyperparameters: expected a mapping, found a list',
  ],
  [
    11,
    'published: [trajectory-supervison]',
    '11:13: published[0]: expected "trajectory-supervision" or a mapping of name, condition, unit, matrix, metrics, source, convention, learner, found "trajectory-supervison" (did you mean "trajectory-supervision"?)',
  ],
  [
    11,
    'published: [{ condition: kepe, unit: percent, matrix: [[1]] }]',
    '11:26: published[0].condition: expected a condition among keep, strip, found "kepe" (did you mean "keep"?)',
  ],
  [
    11,
    'published: [{ condition: keep, unit: fraction, matrix: [[61.1]] }]',
    '11:13: published[0]: expected cells of at most 1 where the unit is fraction, found a mapping',
  ],
  [
    11,
    'published: [{ condition: keep, unit: percent, matrix: [[1, 2], [3]] }]',
    '11:55: published[0].matrix: expected rows of equal length, found a list',
  ],
  [
    11,
    'published: [{ condition: keep, matrix: [[1]] }]',
    '11:13: published[0].unit: expected "percent" or "fraction", found nothing',
  ],
  [
    11,
    'expect: { token: {} }',
    '11:11: expect.token: expected one of examples, tokens, targetTokens, found the unknown field "token" (did you mean "tokens"?)',
  ],
  [
    11,
    'expect: { tokens: { keep: 1857169 } }',
    '11:27: expect.tokens.keep: expected a mapping, found 1857169',
  ],
  [
    11,
    'expect: { targetTokens: { keep: { account: 1.5 } } }',
    '11:44: expect.targetTokens.keep.account: expected an integer of at least 0 or a mapping, found 1.5',
  ],
  [
    11,
    'expect: { tokens: { kepe: { account: 1 } } }',
    '11:21: expect.tokens.kepe: expected "keep" or "strip", found "kepe" (did you mean "keep"?)',
  ],
  [
    11,
    'expect: { tokens: { keep: { acount: 1 } } }',
    '11:29: expect.tokens.keep.acount: expected "account", "schedule" or "health", found "acount" (did you mean "account"?)',
  ],
  [
    11,
    'expect: { examples: { keep: { account: -1 } } }',
    '11:40: expect.examples.keep.account: expected an integer of at least 0 or a mapping, found -1',
  ],
  [
    11,
    'expect: { tokens: { keep: { account: { 1: 10, 8: 9 } } } }',
    '11:47: expect.tokens.keep.account.8: expected a seed of the sweep (1, 2, 3), found "8"',
  ],
  [
    11,
    'expect: { tokens: { keep: { account: { 1: ten, 2: 9 } } } }',
    '11:43: expect.tokens.keep.account.1: expected an integer of at least 0, found "ten"',
  ],
  [
    11,
    'expect: { tokens: { keep: { account: [10, 9] } } }',
    '11:38: expect.tokens.keep.account: expected an integer of at least 0 or a mapping, found a list',
  ],
  [
    11,
    'evaluate: { domains: sean }',
    '11:22: evaluate.domains: expected "all" or "seen", found "sean" (did you mean "seen"?)',
  ],
  [
    11,
    'evaluate: { convention: blfc }',
    '11:25: evaluate.convention: expected "exact", "paper-1" or "bfcl", found "blfc" (did you mean "bfcl"?)',
  ],
  [
    11,
    'evaluate: { decoding: { temperature: -1 } }',
    '11:38: evaluate.decoding.temperature: expected a number from 0 to 2, found -1',
  ],
  [
    11,
    'evaluate: { decoding: { draws: 4 } }',
    '11:32: evaluate.decoding.draws: expected one draw at temperature 0, which is always the same, found 4',
  ],
  [
    11,
    'evaluate: { decoding: { temperature: 1, draws: some } }',
    '11:48: evaluate.decoding.draws: expected an integer from 1 to 1000, found "some"',
  ],
  [
    11,
    'evaluate: { decoding: { temperature: 1, draws: 0 } }',
    '11:48: evaluate.decoding.draws: expected an integer from 1 to 1000, found 0',
  ],
  [
    11,
    'evaluate: { decoding: { temperature: hot } }',
    '11:38: evaluate.decoding.temperature: expected a number from 0 to 2, found "hot"',
  ],
  [
    11,
    'compute: { kind: slurm }',
    '11:18: compute.kind: expected "local" or "kubernetes", found "slurm"',
  ],
  [
    11,
    'compute: { kind: local, gpus: 2.5 }',
    '11:31: compute.gpus: expected an integer from 0 to 64, found 2.5',
  ],
  [11, 'store: s3://', `11:8: store: expected ${STORE}, found "s3://"`],
  [11, 'store: s3://Bucket/x', `11:8: store: expected ${STORE}, found "s3://Bucket/x"`],
  [11, 'store: s3://bucket/../x', `11:8: store: expected ${STORE}, found "s3://bucket/../x"`],
  [
    11,
    'store: s3://key:secret@bucket/x',
    `11:8: store: expected ${STORE}, found "s3://key:secret@bucket/x"`,
  ],
  [
    11,
    'store: s3://bucket/x?endpoint=y',
    `11:8: store: expected ${STORE}, found "s3://bucket/x?endpoint=y"`,
  ],
  [11, 'store: s3:bucket', `11:8: store: expected ${STORE}, found "s3:bucket"`],
  [
    11,
    'compute: { kind: kubernetes, namespace: Team, image: a }',
    '11:41: compute.namespace: expected a name as Kubernetes takes them: lower-case letters, digits, - and ., found "Team"',
  ],
  [
    11,
    'compute: { kind: kubernetes, namespace: team, image: a, memory: 4GB }',
    '11:65: compute.memory: expected an amount like 4, 500m or 16Gi, found "4GB"',
  ],
  [
    11,
    'compute: { kind: kubernetes, namespace: team, image: a, queuePriority: urgent }',
    '11:10: compute: expected a queue beside queuePriority or queueTopology, found a mapping',
  ],
  [
    11,
    'compute: { kind: kubernetes, namespace: team, image: a, user: 0 }',
    '11:63: compute.user: expected an integer from 1 to 4294967295, found 0',
  ],
  [
    11,
    'compute: { kind: kubernetes, namespace: team, image: a, volumes: [{ name: v, path: /v }] }',
    '11:67: compute.volumes[0]: expected either claim or hostPath, found a mapping',
  ],
  [
    11,
    'compute: { kind: kubernetes, namespace: team, image: a }',
    '11:10: compute: expected a store beside it that pods reach, found none',
  ],
  [11, 'store: file://store', `11:8: store: expected ${STORE}, found "file://store"`],
  [11, 'store: file:///data/%00', `11:8: store: expected ${STORE}, found "file:///data/%00"`],
  [11, 'store: ../elsewhere', `11:8: store: expected ${STORE}, found "../elsewhere"`],
  [11, 'store: /data/store', `11:8: store: expected ${STORE}, found "/data/store"`],
  [
    11,
    'checkpoints: { every: 0 }',
    '11:23: checkpoints.every: expected an integer from 1 to 1000000, found 0',
  ],
  [11, 'checkpoints: 50', '11:14: checkpoints: expected a mapping of every, found 50'],
  [
    11,
    'parallelism: 1e9',
    '11:14: parallelism: expected an integer from 1 to 1000, found 1000000000',
  ],
  [11, 'parallelism:', '11:1: parallelism: expected an integer from 1 to 1000, found nothing'],
  [
    11,
    'budget: { computeHours: -1 }',
    '11:25: budget.computeHours: expected a number above 0 and at most 1000000, found -1',
  ],
  [
    11,
    'budget: { hours: 2 }',
    '11:11: budget.hours: expected one of computeHours, gpuHours, found the unknown field "hours" (did you mean "gpuHours"?)',
  ],
  [
    11,
    'budget: { gpuHours: 2 }',
    '11:21: budget.gpuHours: expected trainers with GPUs (compute.gpus), found 2 h without any',
  ],
  [
    11,
    'tags: { year: 2026 }',
    '11:15: tags.year: expected one line of at most 200 characters, found 2026',
  ],
  [11, 'tags: [gpu]', '11:7: tags: expected a mapping, found a list'],
  [11, 'notes: [a, b]', '11:8: notes: expected text of at most 4000 characters, found a list'],
  [11, 'defaults: &d { a: 1 }', '11:11: expected plain YAML, found an anchor'],
  [11, 'notes: *d', '11:8: expected plain YAML, found an alias'],
  [11, 'notes: !!str text', '11:8: expected plain YAML, found a tag'],
  [11, '? notes\n: text', '11:1: expected plain YAML, found a complex key'],
  [
    11,
    '<<: { name: other }',
    `11:1: ["<<"]: expected one of ${FIELDS}, found the unknown field "<<"`,
  ],
  [11, '[a, b]: c', '11:1: expected the name of a field, found a list or mapping'],
  [11, ': c', '11:1: expected the name of a field, found nothing'],
  [11, '\tnotes: text', '11:1: expected spaces, found a tab'],
  [11, 'notes: "text', '12:1: expected valid YAML, found a mistake: Missing closing "quote'],
  [
    11,
    'notes: a: b',
    '11:8: expected valid YAML, found a mistake: Nested mappings are not allowed in compact mappings',
  ],
  [11, '---\nname: second', '11:1: expected one document, found another one'],
  [
    11,
    '%YAML 1.1',
    '11:1: expected valid YAML, found a mistake: Plain value cannot start with directive indicator character %',
  ],
  [11, 'notes: a\u0000b', '11:9: expected UTF-8 text, found the control character U+0000'],
  [11, 'notes: caf\ufffd', '11:11: expected UTF-8 text, found bytes that are not UTF-8'],
  [
    11,
    '- item',
    '11:1: expected valid YAML, found a mistake: Implicit keys need to be on a single line',
  ],
];
