import type { AdapterFacts, CheckpointFacts } from '../contract/checkpoint-facts.ts';

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

/** Without a hub's name there is a folder to be named. What was trained over a base in 4 bits is scored over it: QLoRA. */
function loadAdapter({ base: { model, commit }, adapters, settings }: CheckpointFacts): string {
  const at = commit === null ? '' : `, revision="${commit}"`;
  const base = `"${model ?? 'folder-of-the-base'}"${at}`;
  const quantized = settings?.['tuning'] === 'qlora';
  const how = quantized ? 'quantization_config=quantized' : 'dtype="auto"';
  const imports = quantized ? ', BitsAndBytesConfig' : '';
  return `${quantized ? 'import torch\n' : ''}from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer${imports}
${quantized ? quantize(settings) : ''}
tokenizer = AutoTokenizer.from_pretrained(${base})
base = AutoModelForCausalLM.from_pretrained(${base}, ${how}, device_map="auto")
model = PeftModel.from_pretrained(base, "${placeOf(adapters.at(-1))}")`;
}

/** As our trainer quantizes its base. */
function quantize({ precision }: Record<string, unknown>): string {
  return `
quantized = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type="nf4",
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=${precision === 'bf16' ? 'torch.bfloat16' : 'torch.float32'},
)
`;
}

/** Of several the last is the newest block's; `domains.json` says whose the others are. */
function placeOf(adapter: AdapterFacts | undefined): string {
  return adapter?.folder ? `folder/${adapter.folder}` : 'folder';
}

/** What vLLM takes for `--max-lora-rank`. */
const SERVED_RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512];

/** Summed ranks, as O-LoRA leaves them, may be more than it serves. */
function serveAdapter({
  base: { model, commit },
  adapters,
  settings,
  sweep,
}: CheckpointFacts): string {
  const rank = Math.max(...adapters.map((one) => one.rank));
  const allowed = SERVED_RANKS.find((one) => one >= rank);
  if (allowed === undefined)
    return `# vLLM serves adapters up to rank ${SERVED_RANKS.at(-1)}, and this one has ${rank}: merge it into its base first`;
  const at = commit === null ? '' : ` --revision ${commit}`;
  const caveat =
    settings?.['tuning'] === 'qlora'
      ? '# Over the base in 16 bits, as vLLM quantizes none to NF4: the scores are of the base in 4.\n'
      : '';
  const modules = adapters.map((one) => `${one.folder || sweep.name}=${placeOf(one)}`).join(' ');
  return `${caveat}vllm serve ${model ?? 'folder-of-the-base'}${at} --enable-lora --max-lora-rank ${allowed} --lora-modules ${modules}`;
}

function python(text: string): string {
  return `\`\`\`python\n${text}\n\`\`\``;
}

function shell(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}
