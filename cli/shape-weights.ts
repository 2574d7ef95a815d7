import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { BaseModel, CheckpointFacts, WeightsForm } from '../contract/checkpoint-facts.ts';
import { type NamedFile, sha256Of } from '../store/records.ts';

const ADAPTER = /^(?:(.+)\/)?adapter_config\.json$/;

/** Of PEFT's configuration what matters here; the rest is kept. */
const adapterSchema = z.looseObject({
  base_model_name_or_path: z.string().nullable().default(null),
  revision: z.string().nullish(),
  r: z.int().positive(),
});

const settingsSchema = z.record(z.string(), z.unknown());

/** What our trainer leaves beside a model for itself. */
const OWN: Record<string, string> = {
  'fisher.safetensors':
    "the Fisher information that the next block's EWC needs, no part of the model",
  'folder.json': "the trainer's own digests; checkpoint.json has those of what was written",
};

/** Of a block's weights: all that its trainer was set to. */
const SETTINGS = 'hyperparameters.json';

type Shaped = Pick<
  CheckpointFacts,
  'form' | 'adapters' | 'base' | 'settings' | 'files' | 'leftOut'
>;

/** Makes of what a block left, which lies in `folder`, what other programs load. */
export async function shapeWeights(
  folder: string,
  files: readonly NamedFile[],
  base: BaseModel,
): Promise<Shaped> {
  const form = recogniseForm(files);
  const leftOut = form === 'trainer' ? {} : nameOwn(files);
  for (const name of Object.keys(leftOut)) await rm(join(folder, name));
  const kept = files.filter(({ name }) => leftOut[name] === undefined);
  const settings = await readSettings(folder, files);
  const shaped: Shaped = { form, adapters: [], base, settings, files: [], leftOut };
  for (const file of kept) {
    const adapter = form === 'peft' ? ADAPTER.exec(file.name) : null;
    if (!adapter) {
      shaped.files.push(file);
      continue;
    }
    const named = await nameBase(join(folder, file.name), base);
    shaped.files.push({ ...file, ...named.file });
    shaped.adapters.push({ folder: adapter[1] ?? '', rank: named.rank });
    shaped.base = named.base;
  }
  return shaped;
}

/** An adapter lies in the very folder, or several in one each. */
function recogniseForm(files: readonly NamedFile[]): WeightsForm {
  const has = (pattern: RegExp): boolean => files.some(({ name }) => pattern.test(name));
  if (has(ADAPTER) && has(/(^|\/)adapter_model\.safetensors$/)) return 'peft';
  return has(/^config\.json$/) && has(/^model.*\.safetensors$/) ? 'transformers' : 'trainer';
}

function nameOwn(files: readonly NamedFile[]): Record<string, string> {
  const own = files.map(({ name }) => [name, OWN[basename(name)]] as const);
  return Object.fromEntries(own.flatMap(([name, why]) => (why === undefined ? [] : [[name, why]])));
}

/** Of another trainer a file of that name may be anything: null. */
async function readSettings(
  folder: string,
  files: readonly NamedFile[],
): Promise<CheckpointFacts['settings']> {
  if (!files.some(({ name }) => name === SETTINGS)) return null;
  try {
    return settingsSchema.parse(JSON.parse(await readFile(join(folder, SETTINGS), 'utf8')));
  } catch {
    return null;
  }
}

interface NamedAdapter {
  rank: number;
  base: BaseModel;
  file: Pick<NamedFile, 'sha256' | 'size'>;
}

/**
 * Writes into an adapter's configuration which model of a hub it belongs to: the trainer, which was given a folder, cannot
 * know. A folder of the machine that it was trained on is no name.
 */
async function nameBase(file: string, known: BaseModel): Promise<NamedAdapter> {
  const config = adapterSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const { base_model_name_or_path: path, revision = null, r } = config;
  const own = known.model === null && known.digest === null && isHubName(path);
  const base = own ? { ...known, model: path, commit: revision } : known;
  const named = { ...config, base_model_name_or_path: base.model, revision: base.commit };
  const text = `${JSON.stringify(named, null, 2)}\n`;
  await writeFile(file, text);
  const size = Buffer.byteLength(text);
  return { rank: r, base, file: { sha256: sha256Of(text), size } };
}

function isHubName(path: string | null): path is string {
  return path !== null && /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(path);
}
