import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PayloadEncryption } from '../../worker/payload-codec.ts';
import { type PayloadKey, readPayloadKeys } from '../../worker/payload-keys.ts';
import { makeFolder } from '../cli/ratchet.ts';

afterEach(() => void vi.unstubAllEnvs());

const makeKey = (id: string): PayloadKey => ({ id, key: randomBytes(32) });
const [OLD, NEW] = [makeKey('2025'), makeKey('2026')];
const codecOf = (...keys: PayloadKey[]) => new PayloadEncryption(keys, 'team-a');

async function encryptOne(codec: PayloadEncryption, value: unknown): Promise<Payload> {
  const [payload] = await codec.encode([defaultPayloadConverter.toPayload(value)]);
  return payload ?? {};
}

async function decryptOne(codec: PayloadEncryption, payload: Payload): Promise<unknown> {
  const [decoded] = await codec.decode([payload]);
  return defaultPayloadConverter.fromPayload(decoded ?? {});
}

describe('an encrypted payload', () => {
  test('comes back as it was, and shows nothing of itself', async () => {
    const value = { store: 's3://canary', steps: 3 };
    const payload = await encryptOne(codecOf(NEW), value);
    expect(Buffer.from(payload.data ?? []).includes('canary')).toBe(false);
    expect(await decryptOne(codecOf(NEW), payload)).toEqual(value);
  });

  test('never looks the same twice', async () => {
    const codec = codecOf(NEW);
    expect(await encryptOne(codec, 1)).not.toEqual(await encryptOne(codec, 1));
  });

  test('of an older key is read while that key is kept; the first key writes', async () => {
    const old = await encryptOne(codecOf(OLD), 'old');
    const rotated = codecOf(NEW, OLD);
    expect(await decryptOne(rotated, old)).toBe('old');
    const fresh = await encryptOne(rotated, 'new');
    expect(Buffer.from(fresh.metadata?.['encryption-key-id'] ?? []).toString()).toBe('2026');
    await expect(decryptOne(codecOf(NEW), old)).rejects.toThrow(
      'is encrypted with key 2025, which RATCHET_PAYLOAD_KEYS does not have',
    );
  });

  test("is of no use in another tenant's namespace", async () => {
    const payload = await encryptOne(codecOf(NEW), 'ours');
    const elsewhere = new PayloadEncryption([NEW], 'team-b');
    await expect(decryptOne(elsewhere, payload)).rejects.toThrow('or comes from elsewhere');
  });

  test.each([0, 12, 28, -1])('that was changed at byte %i is refused', async (index) => {
    const payload = await encryptOne(codecOf(NEW), 'ours');
    const data = Buffer.from(payload.data ?? []);
    const at = (index + data.length) % data.length;
    data[at] = (data[at] ?? 0) ^ 1;
    await expect(decryptOne(codecOf(NEW), { ...payload, data })).rejects.toThrow('it was changed');
  });

  test('without a key nothing is encrypted, and what is plain is read', async () => {
    const payload = await encryptOne(codecOf(), 'plain');
    expect(Buffer.from(payload.data ?? []).toString()).toBe('"plain"');
    expect(await decryptOne(codecOf(NEW), payload)).toBe('plain');
  });
});

describe('keys', () => {
  test('come from the environment or a file, several by commas or lines', () => {
    const lines = [OLD, NEW].map(({ id, key }) => `${id}:${key.toString('base64')}`);
    vi.stubEnv('RATCHET_PAYLOAD_KEYS', lines.join(','));
    expect(readPayloadKeys()).toEqual([OLD, NEW]);
    const file = join(makeFolder(), 'keys');
    writeFileSync(file, `${lines.join('\n')}\n`);
    vi.stubEnv('RATCHET_PAYLOAD_KEYS', '');
    vi.stubEnv('RATCHET_PAYLOAD_KEYS_FILE', file);
    expect(readPayloadKeys()).toEqual([OLD, NEW]);
  });

  test.each([
    ['no id', NEW.key.toString('base64'), /key 1 is none: a key is written id:base64 of 32 bytes/],
    ['no base64', 'a:not base64', /key 1 is none/],
    ['too short', `a:${randomBytes(16).toString('base64')}`, /key 1 \(a\) has 16 bytes/],
    [
      'the same name twice',
      [NEW, NEW].map(({ id, key }) => `${id}:${key.toString('base64')}`).join(),
      /two keys are called 2026/,
    ],
  ])('%s is refused, and not told', (_, text, said) => {
    vi.stubEnv('RATCHET_PAYLOAD_KEYS', text);
    expect(readPayloadKeys).toThrow(said);
    expect(readPayloadKeys).not.toThrow(text);
  });
});
