import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a trainer starts from the base weights that the sweep file names; other weights are other blocks', async () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home'), RATCHET_CACHE: join(folder, 'cache') };
  const publish = (name: string): { source: string; digest: string } => {
    const list = `${sha256(name)}  weights.txt\n`;
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'weights.txt'), name);
    writeFileSync(join(folder, name, 'SHA256SUMS'), list);
    return { source: pathToFileURL(join(folder, name)).href, digest: sha256(list) };
  };
  const run = (weights: object) => {
    const sweep = {
      version: 'ratchet/v1',
      name: 'based',
      suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 2 } },
      stream: { domains: ['travel'] },
      conditions: { keep: { trace: 'keep' } },
      seeds: 1,
      trainer: { kind: 'command', command: [process.execPath, TOY], identity: 'toy', weights },
    };
    writeFileSync(join(folder, 'based.yaml'), JSON.stringify(sweep));
    return ratchet(['run', 'based.yaml', '--json'], { cwd: folder, env });
  };
  const one = publish('one');
  expect(await run(one)).toMatchObject({ code: 0 });
  expect(await run(publish('two'))).toMatchObject({ code: 0 });

  const blocks = join(folder, 'home', 'store', 'blocks');
  const starts = readdirSync(blocks).map((key) =>
    readFileSync(join(blocks, key, 'attempts', '1', 'start.json'), 'utf8'),
  );
  expect(starts).toHaveLength(2);
  expect(starts.filter((text) => text.includes(`"base":"${one.digest}"`))).toHaveLength(1);

  const wrong = await run({ ...one, digest: sha256('another list') });
  expect(wrong.code).toBe(5);
  expect(wrong.stderr).toMatch(/travel: train: configuration: file:.*the sweep file expects/);
});
