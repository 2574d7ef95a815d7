import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { shapeWeights } from '../../cli/shape-weights.ts';
import type { BaseModel } from '../../contract/checkpoint-facts.ts';
import { type NamedFile, sha256Of } from '../../store/records.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const HUB: BaseModel = { model: 'organisation/base', commit: COMMIT, digest: 'd'.repeat(64) };
const UNKNOWN: BaseModel = { model: null, commit: null, digest: null };
const CONFIG = {
  base_model_name_or_path: null,
  bias: 'none',
  lora_alpha: 64,
  r: 32,
  revision: null,
  target_modules: ['q_proj', 'v_proj'],
};
const ADAPTER = {
  'adapter_config.json': JSON.stringify(CONFIG),
  'adapter_model.safetensors': 'weights',
  'fisher.safetensors': 'fisher',
  'folder.json': '{}',
};

/** As `fetchWeights` leaves them. */
function lay(files: Record<string, string>): { folder: string; listed: NamedFile[] } {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-shape-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const listed = Object.entries(files).map(([name, text]) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return { name, sha256: sha256Of(text), size: text.length };
  });
  return { folder, listed };
}

function readConfig(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'));
}

describe('an adapter', () => {
  test('names the model of the hub that it belongs to, and is otherwise what was trained', async () => {
    const { folder, listed } = lay(ADAPTER);
    const shaped = await shapeWeights(folder, listed, HUB);
    expect(shaped).toMatchObject({ form: 'peft', adapters: [{ folder: '', rank: 32 }], base: HUB });
    expect(readConfig(folder)).toEqual({
      ...CONFIG,
      base_model_name_or_path: 'organisation/base',
      revision: COMMIT,
    });
  });

  test('lists what was written by its digests, and says why the rest was not', async () => {
    const { folder, listed } = lay(ADAPTER);
    const { files, leftOut } = await shapeWeights(folder, listed, HUB);
    expect(readdirSync(folder)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    for (const { name, sha256, size } of files) {
      const bytes = readFileSync(join(folder, name));
      expect([sha256Of(bytes), bytes.length]).toEqual([sha256, size]);
    }
    expect(leftOut).toEqual({
      'fisher.safetensors': expect.stringContaining('EWC'),
      'folder.json': expect.stringContaining('digests'),
    });
  });

  test.each([
    ['of a hub, which its trainer was told', 'organisation/other', 'organisation/other', COMMIT],
    ['of a folder of the machine that trained it', '/data/llama', null, null],
  ])('%s', async (_what, path, model, commit) => {
    const config = JSON.stringify({ ...CONFIG, base_model_name_or_path: path, revision: COMMIT });
    const { folder, listed } = lay({ ...ADAPTER, 'adapter_config.json': config });
    const { base } = await shapeWeights(folder, listed, UNKNOWN);
    expect(base).toEqual({ model, commit, digest: null });
    expect(readConfig(folder)).toMatchObject({ base_model_name_or_path: model, revision: commit });
  });

  test('of base weights that only a digest names belongs to no model of a hub', async () => {
    const config = JSON.stringify({ ...CONFIG, base_model_name_or_path: 'organisation/other' });
    const { folder, listed } = lay({ ...ADAPTER, 'adapter_config.json': config });
    const base = { ...UNKNOWN, digest: 'd'.repeat(64) };
    expect((await shapeWeights(folder, listed, base)).base).toEqual(base);
    expect(readConfig(folder)).toMatchObject({ base_model_name_or_path: null });
  });
});

test('of several adapters each names its base', async () => {
  const { folder, listed } = lay({
    'block-1/adapter_config.json': JSON.stringify(CONFIG),
    'block-1/adapter_model.safetensors': 'weights',
    'block-2/adapter_config.json': JSON.stringify({ ...CONFIG, r: 8 }),
    'block-2/adapter_model.safetensors': 'others',
    'domains.json': '{"account": "block-1"}',
    'folder.json': '{}',
  });
  const { form, adapters, files } = await shapeWeights(folder, listed, HUB);
  expect({ form, adapters }).toEqual({
    form: 'peft',
    adapters: [
      { folder: 'block-1', rank: 32 },
      { folder: 'block-2', rank: 8 },
    ],
  });
  expect(readConfig(join(folder, 'block-2'))).toMatchObject({
    base_model_name_or_path: 'organisation/base',
    r: 8,
  });
  expect(files.map(({ name }) => name)).toContain('domains.json');
});

test.each([
  ['all settings, where its trainer left them', '{"rank": 8}', { rank: 8 }],
  ['no settings, where the file is somebody else’s', 'rank = 8', null],
  ['no settings, where they are a list', '[8]', null],
])('tells %s', async (_what, text, settings) => {
  const { folder, listed } = lay({ ...ADAPTER, 'hyperparameters.json': text });
  expect((await shapeWeights(folder, listed, HUB)).settings).toEqual(settings);
  expect(readdirSync(folder)).toContain('hyperparameters.json');
});

test('a whole model keeps its tokenizer', async () => {
  const { folder, listed } = lay({
    'config.json': '{}',
    'folder.json': '{}',
    'model.safetensors': 'weights',
    'tokenizer.json': '{}',
  });
  expect(await shapeWeights(folder, listed, HUB)).toMatchObject({
    form: 'transformers',
    adapters: [],
  });
  expect(readdirSync(folder)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
});

test('what another trainer left stays as it is', async () => {
  const { folder, listed } = lay({ 'folder.json': '{}', 'weights.txt': 'chain' });
  expect(await shapeWeights(folder, listed, UNKNOWN)).toEqual({
    form: 'trainer',
    adapters: [],
    base: UNKNOWN,
    settings: null,
    files: listed,
    leftOut: {},
  });
  expect(readdirSync(folder)).toEqual(['folder.json', 'weights.txt']);
});
