/** A model as a folder: what a block leaves to the next one and to `generate`. */

import { join } from 'node:path';
import { z } from 'zod';
import { emptyLexicon, type Lexicon, type WordLists } from './lexicon.ts';
import { damagedInput, wrongConfiguration } from './failure.ts';
import { type FolderFiles, readFolder, writeFolder } from './folders.ts';
import { messageOf } from './job.ts';
import { createModel, Model } from './model.ts';
import { Parameters } from './parameters.ts';
import { packTable, unpackTable } from './sparse-table.ts';

/** Beside the files, in the folder's manifest. */
const manifestSchema = z.object({ format: z.literal(1), tableBits: z.int() });

/** In the job's folder, complete or absent. */
export function writeWeights(jobFolder: string, model: Model): void {
  const manifest = { format: 1, tableBits: Math.log2(model.parameters.size) };
  const draft = join(jobFolder, 'weights.draft');
  writeFolder(join(jobFolder, 'weights'), draft, packModel(model), manifest);
}

/** The manifest stands for the weights: it holds the digests of their files. Null is the base, nothing learned. */
export function readWeights(
  folder: string | null,
  tableBits: number,
): { model: Model; manifest: unknown } {
  if (folder === null) return { model: createModel(tableBits), manifest: null };
  const { files, details } = readFolder(folder);
  const manifest = manifestSchema.safeParse(details);
  if (!manifest.success) throw damagedInput(`${folder} holds no weights of this learner`);
  if (manifest.data.tableBits !== tableBits) {
    throw wrongConfiguration(
      `${folder} has tableBits ${manifest.data.tableBits} and the job ${tableBits}`,
    );
  }
  return { model: unpackModel(folder, files, 2 ** tableBits), manifest: details };
}

export function packModel(model: Model): FolderFiles {
  return {
    'weights.bin': packTable(model.parameters.weights),
    'lexicon.json': new TextEncoder().encode(`${JSON.stringify(listLexicon(model.lexicon))}\n`),
  };
}

export function unpackModel(folder: string, files: FolderFiles, size: number): Model {
  const parameters = new Parameters(size);
  parameters.weights.set(unpackTableFile(folder, files, 'weights.bin', size));
  return new Model(parameters, readLexicon(folder, requireFile(folder, files, 'lexicon.json')));
}

export function unpackTableFile(
  folder: string,
  files: FolderFiles,
  name: string,
  size: number,
): Float32Array {
  try {
    return unpackTable(requireFile(folder, files, name), size);
  } catch (error) {
    throw damagedInput(`${folder}/${name} cannot be used: ${messageOf(error)}`);
  }
}

function requireFile(folder: string, files: FolderFiles, name: string): Uint8Array {
  const bytes = files[name];
  if (!bytes) throw damagedInput(`${folder} has no ${name}`);
  return bytes;
}

/** Lists instead of objects: names are data, and their order counts. */
type ListedLexicon = Record<keyof Lexicon, [string, string[]][]>;

function listLexicon(lexicon: Lexicon): ListedLexicon {
  return { tokens: listWords(lexicon.tokens), unlisted: listWords(lexicon.unlisted) };
}

function listWords(lists: WordLists): [string, string[]][] {
  return [...lists].map(([name, texts]) => [name, [...texts]]);
}

function readLexicon(folder: string, bytes: Uint8Array): Lexicon {
  try {
    const listed = JSON.parse(new TextDecoder().decode(bytes)) as ListedLexicon;
    const lexicon = emptyLexicon();
    for (const part of ['tokens', 'unlisted'] as const) {
      for (const [name, texts] of listed[part]) lexicon[part].set(name, new Set(texts));
    }
    return lexicon;
  } catch (error) {
    throw damagedInput(`${folder}/lexicon.json cannot be used: ${messageOf(error)}`);
  }
}
