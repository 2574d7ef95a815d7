import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type BaseWeights, linkBase, provideBase } from '../../compute/base-weights.ts';
import { sha256Of } from '../../store/records.ts';

let folder: string;
let source: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-base-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  source = join(folder, 'source');
  cache = join(folder, 'cache');
  mkdirSync(join(source, 'shards'), { recursive: true });
});

const FILES = { 'config.json': '{"layers": 2}', 'shards/1.bin': 'one', 'shards/2.bin': 'two' };

/** As `sha256sum config.json ./shards/*` would list them. */
function publish(files: Record<string, string> = FILES): BaseWeights {
  const lines = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(source, name), text);
    return `${sha256Of(text)}  ${name.startsWith('shards') ? './' : ''}${name}\n`;
  });
  return list(lines.join(''));
}

function list(text: string): BaseWeights {
  writeFileSync(join(source, 'SHA256SUMS'), text);
  return { source: pathToFileURL(source).href, digest: sha256Of(text) };
}

const provide = (base: BaseWeights): Promise<string> =>
  provideBase(base, cache, new AbortController().signal);

function readAll(entry: string): Record<string, string> {
  const names = Object.keys(FILES).map((name) => [name, readFileSync(join(entry, name), 'utf8')]);
  return Object.fromEntries(names) as Record<string, string>;
}

describe('base weights', () => {
  test('stand complete under their digest, not to be written, and nothing else is left', async () => {
    const base = publish();
    const entry = await provide(base);
    expect(readAll(entry)).toEqual(FILES);
    expect(statSync(join(entry, 'shards', '1.bin')).mode & 0o222).toBe(0);
    expect(readdirSync(join(cache, 'base'))).toEqual([base.digest]);
  });

  test('are not fetched again while they are whole', async () => {
    const base = publish();
    const entry = await provide(base);
    rmSync(source, { recursive: true });
    expect(await provide(base)).toBe(entry);
  });

  test('stand in a job folder by a relative path', async () => {
    const base = publish();
    const job = join(folder, 'job');
    mkdirSync(job);
    const from = { cache, signal: new AbortController().signal };
    expect(await linkBase({ base }, job, from)).toBe('base');
    expect(readAll(join(job, 'base'))).toEqual(FILES);
    expect(await linkBase({}, job, from)).toBeUndefined();
  });

  test.each([
    ['changed', (file: string) => appendFileSync(file, '!')],
    ['changed in place', (file: string) => writeFileSync(file, 'eno')],
    ['lost', (file: string) => rmSync(file)],
  ])('of which a file was %s are found out and fetched again', async (_how, damage) => {
    const base = publish();
    const file = join(await provide(base), 'shards', '1.bin');
    chmodSync(file, 0o644);
    damage(file);
    expect(readAll(await provide(base))).toEqual(FILES);
    expect(readdirSync(join(cache, 'base'))).toEqual([base.digest]);
  });

  test('are waited for while a living process holds the lock, and a dead one is passed over', async () => {
    const base = publish();
    mkdirSync(join(cache, 'base'), { recursive: true });
    const dead = { host: '', bootId: '', pidNamespace: '', pid: 1, startTime: '' };
    const lock = join(cache, 'base', `${base.digest}.lock`);
    writeFileSync(lock, JSON.stringify({ nonce: 'another', process: dead }));
    const giveUp = new AbortController();
    const waiting = provideBase(base, cache, giveUp.signal);
    giveUp.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow(/abort/);
    expect(existsSync(join(cache, 'base', base.digest))).toBe(false);
    rmSync(lock);
    expect(readAll(await provide(base))).toEqual(FILES);
  });
});

describe('a source is refused in one sentence', () => {
  test('whose files are not what its list says; nothing is kept of it', async () => {
    const base = publish();
    writeFileSync(join(source, 'shards', '2.bin'), 'three');
    await expect(provide(base)).rejects.toThrow(
      `${base.source}: shards/2.bin is not what its SHA256SUMS says`,
    );
    expect(readdirSync(join(cache, 'base'))).toEqual([]);
  });

  test('whose list is another', async () => {
    const base = publish();
    const expected = '0'.repeat(64);
    await expect(provide({ ...base, digest: expected })).rejects.toMatchObject({
      causeName: 'configuration',
      message: `${base.source}: the digest of its SHA256SUMS is ${base.digest}, the sweep file expects ${expected}; if these are the weights that you want, set trainer.weights.digest to ${base.digest}`,
    });
  });

  test('that has no list', async () => {
    const base = publish();
    rmSync(join(source, 'SHA256SUMS'));
    await expect(provide(base)).rejects.toThrow(`${base.source} has no SHA256SUMS`);
  });

  test.each(['../outside', '/etc/passwd', 'a/../../b', '.hidden'])(
    'whose list names %s',
    async (name) => {
      const base = list(`${sha256Of('x')}  ${name}\n`);
      await expect(provide(base)).rejects.toThrow(
        /expected lines of a digest and a plain relative/,
      );
    },
  );

  test('of a scheme that nobody reads', async () => {
    await expect(
      provide({ source: 'ftp://team/model', digest: '0'.repeat(64) }),
    ).rejects.toMatchObject({ causeName: 'configuration' });
  });
});
