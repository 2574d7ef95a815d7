import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type BaseWeights, provideBase } from '../../compute/base-weights.ts';
import { listWeights, pinSource } from '../../compute/digest-weights.ts';
import { sha256Of } from '../../store/records.ts';
import { COMMIT, FakeHub, MODEL } from './fake-hub.ts';

const SOURCE = `hf://${MODEL}@${COMMIT}`;
const SHARDS = {
  'model-00001-of-00002.safetensors': noise(300_000, 1),
  'model-00002-of-00002.safetensors': noise(200_000, 2),
};
const INDEX = { weight_map: { a: Object.keys(SHARDS)[0], b: Object.keys(SHARDS)[1] } };
const WANTED: Record<string, Buffer> = {
  'config.json': Buffer.from('{"layers": 2}'),
  'model.safetensors.index.json': Buffer.from(JSON.stringify(INDEX)),
  'tokenizer.json': noise(5000, 3),
  ...SHARDS,
};
/** The same weights again, and what no trainer reads. */
const UNWANTED: Record<string, Buffer> = {
  '.gitattributes': Buffer.from('*.safetensors filter=lfs'),
  'README.md': Buffer.from('# Tiny'),
  'consolidated.safetensors': noise(4000, 4),
  'pytorch_model.bin': noise(4000, 5),
};

let hub: FakeHub;
let cache: string;
beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'ratchet-hub-'));
  hub = await FakeHub.start({ ...UNWANTED, ...WANTED });
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('RATCHET_STORE_PATIENCE', '2');
  onTestFinished(() => {
    hub.stop();
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });
});

/** The same bytes for a seed, which no two files share. */
function noise(size: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, i) => (i * 2654435761 * seed) >>> 24));
}

const { signal } = new AbortController();
const digest = async (): Promise<BaseWeights> => ({
  source: SOURCE,
  digest: (await listWeights(SOURCE, signal)).digest,
});
const provide = (base: BaseWeights, stop = signal): Promise<string> =>
  provideBase(base, cache, stop);

/** Digests: comparing so many bytes one by one takes seconds. */
function readAll(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS');
  return Object.fromEntries(
    names.map((name) => [name, sha256Of(readFileSync(join(folder, name)))]),
  );
}

const WHOLE = Object.fromEntries(
  Object.entries(WANTED).map(([name, bytes]) => [name, sha256Of(bytes)]),
);

describe('weights of a hub', () => {
  test('are the safetensors, the configuration and the tokenizer of one commit, and nothing twice', async () => {
    expect(readAll(await provide(await digest()))).toEqual(WHOLE);
    expect(hub.deliveries().toSorted()).toEqual(
      [...Object.keys(SHARDS), 'tokenizer.json'].map((name) => `/${name} all`).toSorted(),
    );
  });

  test('are fetched once, however many want them at once', async () => {
    const base = await digest();
    const [first, second] = await Promise.all([provide(base), provide(base)]);
    expect(second).toBe(first);
    expect(hub.deliveries()).toHaveLength(3);
  });

  test('are left out where tokens are counted: the tokenizer comes alone', async () => {
    const entry = await provideBase(await digest(), cache, signal, 'measuring');
    expect(Object.keys(readAll(entry))).toEqual([
      'config.json',
      'model.safetensors.index.json',
      'tokenizer.json',
    ]);
    expect(hub.deliveries()).toEqual(['/tokenizer.json all']);
    expect(await provideBase(await digest(), cache, signal, 'measuring')).toBe(entry);
    expect(hub.deliveries()).toHaveLength(1);
  });

  test('have the digest that coreutils give a copy of them: a mirror makes no other blocks', async () => {
    const copy = join(cache, 'copy');
    mkdirSync(copy);
    for (const [name, bytes] of Object.entries(WANTED)) writeFileSync(join(copy, name), bytes);
    const page = readFileSync(join(import.meta.dirname, '../../docs/trainer-protocol.md'), 'utf8');
    const command = /^find \. .*$/m.exec(page)?.[0] ?? '';
    const { stdout } = spawnSync('sh', ['-c', command], { cwd: copy, encoding: 'utf8' });
    expect(stdout.split(' ')[0]).toBe((await digest()).digest);
  });

  test('are pinned to the commit that a branch stands at', async () => {
    expect(await pinSource(`hf://${MODEL}`, signal)).toBe(SOURCE);
    expect(await pinSource(`hf://${MODEL}@main`, signal)).toBe(SOURCE);
    expect(await pinSource(SOURCE, signal)).toBe(SOURCE);
    await expect(pinSource('hf://tiny', signal)).rejects.toThrow('expected hf://organisation/name');
  });

  test('of one file are that file, whatever an index says', async () => {
    hub.files['model.safetensors'] = noise(2000, 6);
    const { files } = await listWeights(SOURCE, signal);
    const names = files.map(({ name }) => name);
    expect(names).toContain('model.safetensors');
    expect(names.filter((name) => name.includes('-of-'))).toEqual([]);
  });

  test('come with the token of the environment, which the CDN never sees', async () => {
    hub.token = 'a-token';
    vi.stubEnv('HF_TOKEN', hub.token);
    await provide(await digest());
    const tokens = (host: string) =>
      new Set(hub.seen.filter((one) => one.host === host).map(({ token }) => token));
    expect(tokens('hub')).toEqual(new Set(['Bearer a-token']));
    expect(tokens('cdn')).toEqual(new Set([undefined]));
  });
});

describe('a fetch that is cut off', () => {
  const [first = '', second = ''] = Object.keys(SHARDS);

  test('goes on where the connection broke, as often as it breaks', async () => {
    const base = await digest();
    hub.cuts = [100_000, 50_000];
    expect(readAll(await provide(base))).toEqual(WHOLE);
    const ranges = hub.deliveries().filter((one) => one.startsWith(`/${first}`));
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBe(`/${first} all`);
    // How much of what was sent arrives before a connection dies is the network's.
    for (const range of ranges.slice(1)) expect(range).toMatch(/ bytes=\d+-$/);
  });

  test('is gone on with by the next try, which fetches nothing twice', async () => {
    const base = await digest();
    vi.stubEnv('RATCHET_STORE_PATIENCE', '0');
    hub.cuts = [300_000, 150_000];
    await expect(provide(base)).rejects.toThrow(`cannot fetch ${second} of ${SOURCE} at`);
    const before = hub.deliveries().length;
    expect(readAll(await provide(base))).toEqual(WHOLE);
    const [rest, ...others] = hub.deliveries().slice(before);
    expect(rest).toMatch(new RegExp(`^/${second} bytes=[1-9]\\d+-$`));
    expect(others).toEqual(['/tokenizer.json all']);
    expect(readdirSync(join(cache, 'base'))).toEqual([base.digest]);
  });

  test('by a pause leaves what it has for the next', async () => {
    const base = await digest();
    const pause = new AbortController();
    hub.cuts = [0, 0, 0, 0, 0, 0, 0, 0];
    const fetching = provide(base, pause.signal);
    setTimeout(() => pause.abort(new Error('paused')), 200);
    await expect(fetching).rejects.toThrow('paused');
    hub.cuts = [];
    expect(readAll(await provide(base))).toEqual(WHOLE);
  });

  test('waits for a hub that is busy', async () => {
    hub.busy = 1;
    expect(readAll(await provide(await digest()))).toEqual(WHOLE);
  });
});

describe('a hub is refused in one sentence', () => {
  test.each([
    ['', 'HF_TOKEN is not set where base weights are fetched'],
    ['of-somebody', 'the account of HF_TOKEN has no access'],
  ])('that gates the model, with token "%s"', async (token, words) => {
    hub.token = 'another';
    vi.stubEnv('HF_TOKEN', token);
    const failed = listWeights(SOURCE, signal);
    await expect(failed).rejects.toMatchObject({ causeName: 'configuration' });
    await expect(failed).rejects.toThrow(
      `hf://${MODEL}: its licence has to be accepted first, at ${hub.endpoint}/${MODEL}, by the account of HF_TOKEN; ${words}`,
    );
  });

  test('that has no such model, or no such commit', async () => {
    await expect(listWeights(`hf://organisation/none@${COMMIT}`, signal)).rejects.toThrow(
      'hf://organisation/none: there is no such model, or it is private; HF_TOKEN is not set',
    );
    await expect(listWeights(`hf://${MODEL}@${'f'.repeat(40)}`, signal)).rejects.toThrow(
      `hf://${MODEL}: it has no such commit: ${hub.endpoint}/${MODEL}/commits lists them (404)`,
    );
  });

  test('whose digest is another, with the one to paste', async () => {
    const base = await digest();
    await expect(provide({ ...base, digest: sha256Of('another') })).rejects.toThrow(
      `if these are the weights that you want, set trainer.weights.digest to ${base.digest}`,
    );
  });

  test('whose file is not what it lists; nothing is kept of it', async () => {
    const base = await digest();
    const [name = '', bytes = Buffer.alloc(0)] = Object.entries(SHARDS)[0] ?? [];
    hub.changed[name] = Buffer.from(bytes).fill(7, 500, 501);
    await expect(provide(base)).rejects.toThrow(
      `${SOURCE}: ${name} is not what its SHA256SUMS says`,
    );
    expect(readdirSync(join(cache, 'base'))).toEqual([]);
  });

  test('whose file is cut short', async () => {
    const base = await digest();
    const [name = '', bytes = Buffer.alloc(0)] = Object.entries(SHARDS)[0] ?? [];
    hub.changed[name] = bytes.subarray(0, 1000);
    await expect(provide(base)).rejects.toThrow('a file is shorter than the hub lists it');
  });

  test('whose weights are no safetensors', async () => {
    for (const name of [...Object.keys(SHARDS), 'model.safetensors.index.json'])
      delete hub.files[name];
    await expect(digest()).rejects.toThrow(`${SOURCE} has no model.safetensors`);
  });

  test('that is none, or is away', async () => {
    hub.words = '<html>Welcome</html>';
    await expect(digest()).rejects.toThrow("the answer is no hub's: is HF_ENDPOINT one?");
    vi.stubEnv('HF_ENDPOINT', 'hub');
    await expect(digest()).rejects.toThrow('HF_ENDPOINT is no URL like https://hub.example.org');
    vi.stubEnv('RATCHET_STORE_PATIENCE', '0');
    const away = await FakeHub.start({});
    const { endpoint } = away;
    away.stop();
    vi.stubEnv('HF_ENDPOINT', endpoint);
    await expect(digest()).rejects.toThrow(`cannot list ${SOURCE} at ${endpoint}: ECONNREFUSED`);
  });
});
