import type { CheckpointFacts } from '../contract/checkpoint-facts.ts';

/** The section that says how a checkpoint is loaded; none where only its own trainer can. */
export function describeLoading(facts: CheckpointFacts): string[] {
  switch (facts.form) {
    case 'peft':
      return ['## Load it', python(loadAdapter(facts)), shell(serveAdapter(facts))];
    case 'transformers':
      return ['## Load it', python(LOAD_MODEL), shell('vllm serve folder')];
    case 'trainer':
      return [];
  }
}

const LOAD_MODEL = `from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("folder")
model = AutoModelForCausalLM.from_pretrained("folder", dtype="auto", device_map="auto")`;

/** Without a hub's name there is a folder to be named. */
function loadAdapter({ base: { model, commit } }: CheckpointFacts): string {
  const at = commit === null ? '' : `, revision="${commit}"`;
  const base = `"${model ?? 'folder-of-the-base'}"${at}`;
  return `from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(${base})
base = AutoModelForCausalLM.from_pretrained(${base}, dtype="auto", device_map="auto")
model = PeftModel.from_pretrained(base, "folder")`;
}

/** What vLLM takes for `--max-lora-rank`. */
const SERVED_RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512];

/** Its name there is the last of the block's; summed ranks, as O-LoRA leaves them, may be more than it serves. */
function serveAdapter({ base: { model, commit }, rank, sweep }: CheckpointFacts): string {
  const allowed = SERVED_RANKS.find((one) => one >= (rank ?? 0));
  if (allowed === undefined)
    return `# vLLM serves adapters up to rank ${SERVED_RANKS.at(-1)}, and this one has ${rank}: merge it into its base first`;
  const at = commit === null ? '' : ` --revision ${commit}`;
  return `vllm serve ${model ?? 'folder-of-the-base'}${at} --enable-lora --max-lora-rank ${allowed} --lora-modules ${sweep.name}=folder`;
}

function python(text: string): string {
  return `\`\`\`python\n${text}\n\`\`\``;
}

function shell(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}
