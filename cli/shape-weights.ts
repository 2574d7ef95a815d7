import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseModel, CheckpointFacts, WeightsForm } from '../contract/checkpoint-facts.ts';
import { type NamedFile, sha256Of } from '../store/records.ts';

const ADAPTER = 'adapter_config.json';

/** What our trainer leaves beside a model for itself. */
const OWN: Record<string, string> = {
  'fisher.safetensors':
    "the Fisher information that the next block's EWC needs, no part of the model",
  'folder.json': "the trainer's own digests; checkpoint.json has those of what was written",
};

/** Makes of what a block left, which lies in `folder`, what other programs load. */
export async function shapeWeights(
  folder: string,
  files: readonly NamedFile[],
  base: BaseModel,
): Promise<Pick<CheckpointFacts, 'form' | 'rank' | 'base' | 'files' | 'leftOut'>> {
  const form = recogniseForm(files);
  if (form === 'trainer') return { form, rank: null, base, files: [...files], leftOut: {} };
  const leftOut = Object.fromEntries(
    files.flatMap(({ name }) => (OWN[name] === undefined ? [] : [[name, OWN[name]]])),
  );
  for (const name of Object.keys(leftOut)) await rm(join(folder, name));
  const kept = files.filter(({ name }) => leftOut[name] === undefined);
  if (form === 'transformers') return { form, rank: null, base, files: kept, leftOut };
  const adapter = await nameBase(join(folder, ADAPTER), base);
  const written = kept.map((file) => (file.name === ADAPTER ? { ...file, ...adapter.file } : file));
  return { form, rank: adapter.rank, base: adapter.base, files: written, leftOut };
}

function recogniseForm(files: readonly NamedFile[]): WeightsForm {
  const has = (pattern: RegExp): boolean => files.some(({ name }) => pattern.test(name));
  if (has(/^adapter_config\.json$/) && has(/^adapter_model\.safetensors$/)) return 'peft';
  return has(/^config\.json$/) && has(/^model.*\.safetensors$/) ? 'transformers' : 'trainer';
}

interface NamedAdapter {
  rank: number | null;
  base: BaseModel;
  file: Pick<NamedFile, 'sha256' | 'size'>;
}

/**
 * Writes into an adapter's configuration which model of a hub it belongs to: the trainer, which was given a folder, cannot
 * know. A folder of the machine that it was trained on is no name.
 */
async function nameBase(file: string, known: BaseModel): Promise<NamedAdapter> {
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const { base_model_name_or_path: path, revision, r } = config;
  const own = known.model === null && known.digest === null && isHubName(path);
  const base = own ? { ...known, model: path, commit: textOrNull(revision) } : known;
  const named = { ...config, base_model_name_or_path: base.model, revision: base.commit };
  const text = `${JSON.stringify(named, null, 2)}\n`;
  await writeFile(file, text);
  const size = Buffer.byteLength(text);
  return { rank: typeof r === 'number' ? r : null, base, file: { sha256: sha256Of(text), size } };
}

function isHubName(path: unknown): path is string {
  return typeof path === 'string' && /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(path);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
