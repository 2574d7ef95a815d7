import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CHECKPOINT_FORMAT, type CheckpointFacts } from '../../contract/checkpoint-facts.ts';
import type { CellCounts } from '../../contract/results.ts';
import { renderModelCard } from '../../report/model-card.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const [KEY, DATA, PROMPTS, GOLD] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
];
const COUNTS = { tokens: 4096, truncatedExamples: 3, truncatedTurns: 5, droppedExamples: 1 };

/** So many of 200 are right. */
function scored(right: CellCounts['right']): CellCounts {
  const outcomes = { ...NONE, exact: right.exact, malformed: 200 - right.exact };
  return { examples: 200, right, nameRight: right.exact, outcomes };
}
const NONE = { 'some-arguments': 0, 'wrong-arguments': 0, 'wrong-name': 0 };

const ADAPTER: CheckpointFacts = {
  format: CHECKPOINT_FORMAT,
  sweep: { id: 'study-0123456789ab', name: 'study' },
  block: 'keep/1/schedule',
  condition: { name: 'keep', description: 'trace: keep' },
  seed: 1,
  seeds: 5,
  form: 'peft',
  adapters: [{ folder: '', rank: 96 }],
  base: { model: 'organisation/base', commit: COMMIT, digest: 'e'.repeat(64) },
  startsFrom: null,
  trainer: { kind: 'command', identity: 'sha256:0123', description: 'ratchet-trainer' },
  hyperparameters: { recipe: 'trajectory-supervision', rank: 32 },
  settings: null,
  trainingSeeds: { order: 7, initialisation: 11 },
  suite: { name: 'API-Bank, level 1', digest: 'f'.repeat(64), dataset: 'somebody/api-bank' },
  lineage: [
    {
      name: 'account',
      domains: ['account'],
      key: KEY,
      manifest: 'e'.repeat(64),
      steps: 132,
      tokens: 1_234_567,
      data: { sha256: DATA, examples: 698, counts: COUNTS },
    },
    {
      name: 'schedule',
      domains: ['schedule'],
      key: KEY.replace('a', '9'),
      manifest: null,
      steps: null,
      tokens: null,
      data: { sha256: DATA, examples: 700, counts: null },
    },
  ],
  evaluation: {
    convention: 'exact',
    decoding: { temperature: 0, seed: 0 },
    domains: [
      {
        domain: 'account',
        prompts: { sha256: PROMPTS, examples: 200, counts: COUNTS },
        gold: GOLD,
        zeroShot: scored({ exact: 4, 'paper-1': 2, bfcl: 6 }),
        checkpoint: scored({ exact: 97, 'paper-1': 88, bfcl: 99 }),
      },
      {
        domain: 'schedule',
        prompts: { sha256: PROMPTS, examples: 100, counts: COUNTS },
        gold: GOLD,
        zeroShot: null,
        checkpoint: null,
      },
    ],
  },
  warnings: ['The split leaks parts of dialogues.'],
  files: [{ name: 'adapter_model.safetensors', sha256: DATA, size: 7 }],
  leftOut: { 'fisher.safetensors': 'for EWC alone' },
};

const BUILTIN: CheckpointFacts = {
  ...ADAPTER,
  form: 'trainer',
  adapters: [],
  base: { model: null, commit: null, digest: null },
  trainer: { kind: 'builtin', identity: 'x', description: 'built-in CPU learner' },
  suite: { ...ADAPTER.suite, dataset: null },
};

function frontMatterOf(card: string): unknown {
  return parse(card.split('---\n')[1] ?? '');
}

function lineOf(card: string, start: string): string {
  return card.split('\n').find((line) => line.startsWith(start)) ?? '';
}

describe('the card of an adapter', () => {
  const card = renderModelCard(ADAPTER);

  test('tells model hubs what it belongs to', () => {
    expect(frontMatterOf(card)).toEqual({
      base_model: 'organisation/base',
      base_model_relation: 'adapter',
      library_name: 'peft',
      pipeline_tag: 'text-generation',
      tags: ['ratchet', 'continual-learning', 'tool-use'],
      datasets: ['somebody/api-bank'],
    });
  });

  test('tells what was learned in which order, by keys, digests and counts', () => {
    expect(card).toContain(
      `A LoRA adapter of \`organisation/base\` at commit \`${COMMIT}\`. It learned to call the tools of account, then schedule, under the condition \`keep\` (trace: keep) with seed 1, one of 5 of the sweep.`,
    );
    expect(lineOf(card, '| 1. account')).toBe(
      `| 1. account | ${KEY} | ${DATA} | 698 | 132 | 1,234,567 |`,
    );
    expect(lineOf(card, '| 2. schedule')).toMatch(/\| 700 \| not known \| not known \|$/);
    expect(card).toContain('- Seeds of training: order 7, initialisation 11');
    expect(card).toContain('"recipe": "trajectory-supervision"');
  });

  test('tells scores by domain and convention, and which are not there', () => {
    expect(lineOf(card, '| domain |')).toBe(
      '| domain | held out | before training | exact (headline) | paper-1 | bfcl | prompts (SHA-256) |',
    );
    expect(lineOf(card, '| account | 200')).toBe(
      `| account | 200 | 2.0 | 48.5 | 44.0 | 49.5 | ${PROMPTS} |`,
    );
    expect(lineOf(card, '| schedule | 100')).toContain('| not scored | not scored |');
    expect(card).toContain('condition `keep`, seed 1; the likeliest token each time.');
  });

  test('counts every answer where several were drawn', () => {
    const { domains, convention } = ADAPTER.evaluation;
    const [first] = domains;
    if (!first?.checkpoint) throw new Error('no score');
    const drawn = {
      ...ADAPTER,
      evaluation: {
        convention,
        decoding: { temperature: 0.7, seed: 3, draws: 4 },
        domains: [{ ...first, checkpoint: { ...first.checkpoint, draws: 4 } }],
      },
    };
    expect(renderModelCard(drawn)).toContain('temperature 0.7, seed 3, 4 answers to each');
    expect(lineOf(renderModelCard(drawn), '| account | 200')).toContain('| 12.1 |');
  });

  test('tells the loss and the answers that were cut, where the trainer did', () => {
    const [first, second] = ADAPTER.evaluation.domains;
    if (!first?.checkpoint || !second) throw new Error('no score');
    const told = { ...first.checkpoint, loss: { nats: 300, tokens: 400 }, truncated: 7 };
    const domains = [{ ...first, checkpoint: told }, second];
    const withLoss = renderModelCard({
      ...ADAPTER,
      evaluation: { ...ADAPTER.evaluation, domains },
    });
    expect(lineOf(withLoss, '| domain |')).toContain('| bfcl | loss, nats a token | answers cut |');
    expect(lineOf(withLoss, '| account | 200')).toContain('| 49.5 | 0.750 | 7 |');
    expect(lineOf(withLoss, '| schedule | 100')).toContain('| not known | not known |');
  });

  test('tells what was cut, and what a reader has to know', () => {
    expect(lineOf(card, '| account, training')).toBe('| account, training | 698 | 3 | 5 | 1 |');
    expect(lineOf(card, '| schedule, training')).toContain('not known');
    expect(card).toContain('**The split leaks parts of dialogues.**');
    expect(card).toContain('- One of 5 seeds:');
  });

  test('tells how it is loaded: vLLM takes certain ranks only', () => {
    expect(card).toContain(
      `base = AutoModelForCausalLM.from_pretrained("organisation/base", revision="${COMMIT}", dtype="auto"`,
    );
    expect(card).toContain('model = PeftModel.from_pretrained(base, "folder")');
    expect(card).toContain(
      `vllm serve organisation/base --revision ${COMMIT} --enable-lora --max-lora-rank 128 --lora-modules study=folder`,
    );
    expect(renderModelCard({ ...ADAPTER, adapters: [{ folder: '', rank: 513 }] })).toContain(
      'merge it into its base first',
    );
  });

  test('tells how it is computed again, and what was not written', () => {
    expect(card).toContain(
      'ratchet export checkpoint keep/1/schedule --sweep study-0123456789ab --output folder',
    );
    expect(card).toContain('- not written: `fisher.safetensors`, for EWC alone');
  });
});

describe('where the trainer told all its settings, the card', () => {
  const settings = { recipe: 'trajectory-supervision', learningRate: 2e-4, precision: 'bf16' };

  test('has those of recipe and defaults too', () => {
    const card = renderModelCard({ ...ADAPTER, settings: { ...settings, tuning: 'lora' } });
    expect(card).toContain('- Hyperparameters, all of them:');
    expect(card).toContain('"learningRate": 0.0002');
    expect(card).not.toContain('BitsAndBytesConfig');
  });

  test('loads a base of QLoRA as it was when it was scored', () => {
    const card = renderModelCard({ ...ADAPTER, settings: { ...settings, tuning: 'qlora' } });
    const [, code = ''] = /```python\n([\s\S]*?)\n```/.exec(card) ?? [];
    expect(code.split('\n')).toEqual([
      'import torch',
      'from peft import PeftModel',
      'from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig',
      '',
      'quantized = BitsAndBytesConfig(',
      '    load_in_4bit=True,',
      '    bnb_4bit_quant_type="nf4",',
      '    bnb_4bit_use_double_quant=True,',
      '    bnb_4bit_compute_dtype=torch.bfloat16,',
      ')',
      '',
      `tokenizer = AutoTokenizer.from_pretrained("organisation/base", revision="${COMMIT}")`,
      `base = AutoModelForCausalLM.from_pretrained("organisation/base", revision="${COMMIT}", quantization_config=quantized, device_map="auto")`,
      'model = PeftModel.from_pretrained(base, "folder")',
    ]);
    expect(card).toContain(
      `# Over the base in 16 bits, as vLLM quantizes none to NF4: the scores are of the base in 4.\nvllm serve organisation/base --revision ${COMMIT} --enable-lora`,
    );
  });
});

test('the card of one adapter a block names the folder of each', () => {
  const adapters = ['block-1', 'block-2'].map((folder) => ({ folder, rank: 32 }));
  const card = renderModelCard({ ...ADAPTER, adapters });
  expect(card).toContain('PeftModel.from_pretrained(base, "folder/block-2")');
  expect(card).toContain(
    '--max-lora-rank 32 --lora-modules block-1=folder/block-1 block-2=folder/block-2',
  );
});

test('the card of a whole model needs no base to be loaded', () => {
  const card = renderModelCard({ ...ADAPTER, form: 'transformers', adapters: [] });
  expect(frontMatterOf(card)).toMatchObject({
    base_model_relation: 'finetune',
    library_name: 'transformers',
  });
  expect(card).toContain('AutoModelForCausalLM.from_pretrained("folder"');
  expect(card).not.toContain('PeftModel');
});

test('base weights without a name of a hub are named by their digest', () => {
  const card = renderModelCard({ ...ADAPTER, base: { ...BUILTIN.base, digest: 'e'.repeat(64) } });
  expect(frontMatterOf(card)).not.toHaveProperty('base_model');
  expect(card).toContain(`base weights whose SHA256SUMS has the digest \`${'e'.repeat(64)}\``);
  expect(card).toContain('from_pretrained("folder-of-the-base", dtype="auto"');
});

test('the card of the built-in learner says that it is no language model, and how nobody loads it', () => {
  const card = renderModelCard(BUILTIN);
  expect(card).toContain('**This is no language model.**');
  expect(frontMatterOf(card)).toEqual({
    tags: ['ratchet', 'continual-learning', 'no-language-model'],
  });
  expect(card).not.toContain('## Load it');
});
