import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { CausedError } from '../contract/causes.ts';
import { isObjectPath } from '../store/object-path.ts';
import { sha256Of } from '../store/records.ts';
import { StoreError } from '../store/store.ts';
import { askHub, persevere, readAll } from './hub-requests.ts';
import { download } from './resumed-download.ts';
import { formatList, LIST } from './weights-list.ts';
import type { WeightsSource } from './weights-source.ts';

/** Text of a hub's answer, and of files that are not in its large-file storage. */
const TEXT_BYTES = 50_000_000;

const WEIGHTS = 'model.safetensors';
/** Names the files that the weights are divided into. */
const INDEX = `${WEIGHTS}.index.json`;
/** Configuration, tokenizer, chat template. */
const SMALL_FILES = /\.(json|txt|model|tiktoken|jinja)$/;

const HUB_URL = /^hf:\/\/([^/@]+\/[^/@]+)@([^/@]+)$/;

/** A file of a model, as a hub lists it. `oid`: what git calls it. */
const entrySchema = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().nonnegative(),
  oid: z.string(),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
});
type HubFile = z.infer<typeof entrySchema>;

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The commit that a branch or a tag of a model stands at. */
export async function resolveRevision(
  model: string,
  revision: string,
  signal: AbortSignal,
): Promise<string> {
  const path = `api/models/${model}/revision/${encodeURIComponent(revision)}`;
  const bytes = await persevere(`read ${revision} of ${model}`, signal, async () =>
    readAll(await askHub(path, { model, signal }), TEXT_BYTES),
  );
  return parseAnswer(model, z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }), bytes).sha;
}

/** A model of a hub at one commit, `hf://organisation/name@commit`, by its safetensors alone: no weights twice, no pickles. */
export function openHub(url: string, signal: AbortSignal): WeightsSource {
  const [, model = '', commit = ''] = HUB_URL.exec(url) ?? [];
  if (commit === '')
    throw new CausedError('configuration', `${url}: expected hf://organisation/name@commit`);
  const hub = new HubModel(url, { model, commit, signal });
  return {
    read: async (name) => (name === LIST ? hub.writeList() : undefined),
    fetch: (name, to) => hub.fetch(name, to),
  };
}

class HubModel {
  readonly #url: string;
  readonly #at: { model: string; commit: string; signal: AbortSignal };
  #files: Promise<HubFile[]> | undefined;

  constructor(url: string, at: { model: string; commit: string; signal: AbortSignal }) {
    this.#url = url;
    this.#at = at;
  }

  /** Of large files the hub knows the SHA-256; the small ones are read. */
  async writeList(): Promise<Uint8Array> {
    const files = await this.#chooseFiles();
    const listed = [];
    for (const file of files) {
      const sha256 = file.lfs?.oid ?? sha256Of(await this.#readSmall(file));
      listed.push({ name: file.path, sha256 });
    }
    return new TextEncoder().encode(formatList(listed));
  }

  async fetch(name: string, to: string): Promise<string> {
    const file = (await this.#list()).find(({ path }) => path === name);
    if (!file) throw new StoreError('missing', `${this.#url} has no ${name}`);
    const part = `${to}.part`;
    const sha256 = await download(part, {
      doing: `fetch ${name} of ${this.#url}`,
      size: file.size,
      signal: this.#at.signal,
      request: (from) => askHub(this.#place(name), { ...this.#at, from }),
    });
    await rename(part, to);
    return sha256;
  }

  async #chooseFiles(): Promise<HubFile[]> {
    const files = await this.#list();
    const shards = await this.#nameWeights(files);
    const missing = shards.filter((name) => !files.some(({ path }) => path === name));
    if (missing.length > 0)
      throw new CausedError('configuration', `${this.#url} has no ${missing.join(', ')}`);
    return files.filter(({ path }) => shards.includes(path) || SMALL_FILES.test(path));
  }

  /** In one file or, where that is absent, in those that the index names. */
  async #nameWeights(files: HubFile[]): Promise<string[]> {
    const index = files.find(({ path }) => path === INDEX);
    if (!index || files.some(({ path }) => path === WEIGHTS)) return [WEIGHTS];
    const bytes = await this.#readSmall(index);
    return [...new Set(Object.values(parseAnswer(this.#url, indexSchema, bytes).weight_map))];
  }

  /** Of the top folder: what lies below are other formats of the same weights. */
  #list(): Promise<HubFile[]> {
    this.#files ??= persevere(`list ${this.#url}`, this.#at.signal, async () => {
      const { model, commit } = this.#at;
      const files: HubFile[] = [];
      let next: string | undefined = `api/models/${model}/tree/${commit}`;
      while (next !== undefined) {
        const answer = await askHub(next, this.#at);
        const page = await readAll(answer, TEXT_BYTES);
        files.push(...parseAnswer(this.#url, z.array(entrySchema), page));
        next = /<([^>]+)>;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      return files.filter(({ type, path }) => type === 'file' && isObjectPath(path));
    });
    return this.#files;
  }

  async #readSmall({ path, size, oid, lfs }: HubFile): Promise<Buffer> {
    const bytes = await persevere(`read ${path} of ${this.#url}`, this.#at.signal, async () =>
      readAll(await askHub(this.#place(path), this.#at), TEXT_BYTES),
    );
    const digest = lfs ? sha256Of(bytes) : hashAsGit(bytes);
    if (bytes.length === size && digest === (lfs?.oid ?? oid)) return bytes;
    throw new StoreError('corrupt', `${this.#url}: ${path} is not what the hub lists`);
  }

  #place(name: string): string {
    return `${this.#at.model}/resolve/${this.#at.commit}/${name}`;
  }
}

function hashAsGit(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function parseAnswer<T>(what: string, schema: z.ZodType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new CausedError('configuration', `${what}: the answer is no hub's: is HF_ENDPOINT one?`);
  }
}
