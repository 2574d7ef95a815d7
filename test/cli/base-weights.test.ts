import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { COMMIT, FakeHub, MODEL } from '../compute/fake-hub.ts';
import { makeFolder, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

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

test('what a sweep file says of a model on a hub is told, at the commit that its branch stands at', async () => {
  const hub = await FakeHub.start({
    'config.json': Buffer.from('{}'),
    'model.safetensors': Buffer.alloc(2000, 1),
    'original.pth': Buffer.alloc(2000, 1),
  });
  onTestFinished(() => hub.stop());
  const ask = (...args: string[]) =>
    ratchet(['weights', 'digest', ...args], {
      cwd: makeFolder(),
      env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: '' },
    });
  const sums = [Buffer.from('{}'), Buffer.alloc(2000, 1)].map((bytes) => sha256(bytes));
  const digest = sha256(`${sums[0]}  ./config.json\n${sums[1]}  ./model.safetensors\n`);
  const source = `hf://${MODEL}@${COMMIT}`;
  expect(await ask(`hf://${MODEL}`)).toEqual({
    code: 0,
    stdout: `weights:\n  source: ${source}\n  digest: ${digest}\n`,
    stderr: '2 files: config.json, model.safetensors\n',
  });
  expect(JSON.parse((await ask(source, '--json')).stdout)).toMatchObject({ source, digest });

  hub.token = 'wanted';
  const gated = await ask(source);
  expect(gated.code).toBe(3);
  expect(gated.stderr).toContain('its licence has to be accepted first');
});
