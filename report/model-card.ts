import type { CheckpointFacts } from '../contract/checkpoint-facts.ts';
import { count } from '../metrics/numbers.ts';
import { escapeMarkdown, table } from './markdown-text.ts';
import { describeLoading } from './model-card-loading.ts';
import { describeCuts, describeScores, known } from './model-card-scores.ts';

/** `README.md` of an exported checkpoint, as model hubs read one: YAML for machines, then what a person has to know. */
export function renderModelCard(facts: CheckpointFacts): string {
  const { sweep, block } = facts;
  const sections = [
    frontMatter(facts),
    `# ${escapeMarkdown(sweep.name)}: ${escapeMarkdown(block)}`,
    introduce(facts),
    ...facts.warnings.map((warning) => `**${escapeMarkdown(warning)}**`),
    '## Lineage',
    ...lineage(facts),
    '## Training',
    ...training(facts),
    '## Scores',
    ...describeScores(facts),
    '## What was cut',
    ...describeCuts(facts),
    '## Limitations',
    limitations(facts),
    ...describeLoading(facts),
    '## Reproduce it',
    reproduction(facts),
  ];
  return `${sections.join('\n\n')}\n`;
}

const LIBRARIES = { peft: 'peft', transformers: 'transformers', trainer: null };

function frontMatter({ form, base, trainer, suite }: CheckpointFacts): string {
  const library = LIBRARIES[form];
  const relation = form === 'peft' ? 'adapter' : 'finetune';
  const tags = ['ratchet', 'continual-learning', ...(library ? ['tool-use'] : [])];
  return [
    '---',
    ...(library && base.model !== null
      ? [`base_model: ${JSON.stringify(base.model)}`, `base_model_relation: ${relation}`]
      : []),
    ...(library ? [`library_name: ${library}`, 'pipeline_tag: text-generation'] : []),
    `tags: ${JSON.stringify(trainer.kind === 'builtin' ? [...tags, 'no-language-model'] : tags)}`,
    ...(suite.dataset === null ? [] : [`datasets: ${JSON.stringify([suite.dataset])}`]),
    '---',
  ].join('\n');
}

function introduce(facts: CheckpointFacts): string {
  const { form, condition, seed, seeds, trainer, lineage: steps } = facts;
  const learned = steps.map(({ name }) => escapeMarkdown(name)).join(', then ');
  const what = {
    peft: `A LoRA adapter of ${describeBase(facts)}`,
    transformers: `A fine-tuned whole model, from ${describeBase(facts)}`,
    trainer:
      trainer.kind === 'builtin'
        ? '**This is no language model.** It is a checkpoint of Ratchet’s small CPU learner, which only its own program reads'
        : 'A checkpoint that only the trainer that left it can read',
  }[form];
  return `${what}. It learned to call the tools of ${learned}, under the condition \`${condition.name}\` (${escapeMarkdown(condition.description)}) with seed ${seed}, one of ${seeds} of the sweep.`;
}

function describeBase({ base }: CheckpointFacts): string {
  if (base.model !== null)
    return `\`${base.model}\`${base.commit === null ? '' : ` at commit \`${base.commit}\``}`;
  if (base.digest !== null)
    return `base weights whose SHA256SUMS has the digest \`${base.digest}\``;
  return 'base weights that the hyperparameters name';
}

function lineage({ lineage: steps, startsFrom }: CheckpointFacts): string[] {
  const rows = steps.map(({ name, key, steps: done, tokens, data }, index) => [
    `${index + 1}. ${name}`,
    key,
    data.sha256,
    count(data.examples),
    known(done),
    known(tokens),
  ]);
  const start = startsFrom === null ? [] : [`It started from the trained block \`${startsFrom}\`.`];
  const head = ['block', 'key', 'training data (SHA-256)', 'examples', 'steps', 'tokens'];
  return [...start, table([head, ...rows])];
}

function training({
  trainer,
  hyperparameters,
  settings,
  trainingSeeds,
  suite,
  base,
}: CheckpointFacts): string[] {
  const { order, initialisation } = trainingSeeds;
  return [
    [
      `- Trainer: ${escapeMarkdown(trainer.description)}, identity \`${trainer.identity}\``,
      `- Data: ${escapeMarkdown(suite.name)}, digest \`${suite.digest}\``,
      ...(base.digest === null ? [] : [`- Base weights: digest of SHA256SUMS \`${base.digest}\``]),
      `- Seeds of training: order ${order}, initialisation ${initialisation}`,
      settings
        ? '- Hyperparameters, all of them:'
        : '- Hyperparameters as the sweep file gives them; what it leaves out has the default of the trainer:',
    ].join('\n'),
    `\`\`\`json\n${JSON.stringify(settings ?? hyperparameters, null, 2)}\n\`\`\``,
  ];
}

function limitations({ seeds, form }: CheckpointFacts): string {
  const one =
    seeds === 1
      ? 'The sweep has one seed: nothing is known of how much another would differ.'
      : `One of ${seeds} seeds: the sweep's report has the intervals; a single checkpoint shows no difference between conditions.`;
  return [
    `- ${one}`,
    '- Scored is the next call after a given dialogue, not whole dialogues with a user or a live tool.',
    '- The tools are those of the data above. Others, other languages and safety were not evaluated.',
    ...(form === 'trainer'
      ? []
      : [
          '- Scores are those of generation by the trainer under these hyperparameters: another engine, precision or quantization of the base may give others.',
          "- The licence of the base and those of the data hold for it; the sweep's authors have to say what holds beyond.",
        ]),
  ].join('\n');
}

function reproduction({ sweep, block, files, leftOut }: CheckpointFacts): string {
  const key = `\`${sweep.id}\``;
  const left = Object.entries(leftOut).map(([name, why]) => `- not written: \`${name}\`, ${why}`);
  return [
    `\`\`\`\nratchet plan sweep.yaml        # the sweep file: it must come to sweep ${sweep.id}\nratchet run sweep.yaml\nratchet export checkpoint ${block} --sweep ${sweep.id} --output folder\n\`\`\``,
    `Blocks are addressed by what decides them: sweep ${key} computed anew has the keys above, and, where its trainer is deterministic, the same bytes. \`checkpoint.json\` has all of this page for programs.`,
    [...files.map(({ name, sha256 }) => `- \`${name}\` ${sha256}`), ...left].join('\n'),
  ].join('\n\n');
}
