import { readFileSync } from 'node:fs';
import { TemporalUnusable } from './temporal-server.ts';

/** A key of 256 bits by its name, which stands beside what it encrypted. */
export interface PayloadKey {
  id: string;
  key: Buffer;
}

const BYTES = 32;
const HOW =
  'a key is written id:base64 of 32 bytes (openssl rand -base64 32), several by commas or lines';

/**
 * Keys of `RATCHET_PAYLOAD_KEYS`, or of the file that `RATCHET_PAYLOAD_KEYS_FILE` names. The first encrypts, each decrypts:
 * a new key is put first, and an old one taken away when no history that it encrypted is wanted. None: nothing is encrypted.
 */
export function readPayloadKeys(): PayloadKey[] {
  const { RATCHET_PAYLOAD_KEYS: text, RATCHET_PAYLOAD_KEYS_FILE: file } = process.env;
  const where = text ? 'RATCHET_PAYLOAD_KEYS' : 'RATCHET_PAYLOAD_KEYS_FILE';
  const entries = (text || (file ? readKeyFile(file) : '')).split(/[,\n]/).map((one) => one.trim());
  const keys = entries
    .filter(Boolean)
    .map((entry, index) => parseKey(entry, `${where}, key ${index + 1}`));
  const twice = keys.find(({ id }, index) => keys.findIndex((key) => key.id === id) !== index);
  if (twice) throw new TemporalUnusable(`${where}: two keys are called ${twice.id}`);
  return keys;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TemporalUnusable(`RATCHET_PAYLOAD_KEYS_FILE cannot be read: ${why}`);
  }
}

/** What is wrong is told without the key. */
function parseKey(entry: string, where: string): PayloadKey {
  const [, id, base64 = ''] = /^([\w.-]+):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
  if (id === undefined) throw new TemporalUnusable(`${where} is none: ${HOW}`);
  const key = Buffer.from(base64, 'base64');
  if (key.length !== BYTES)
    throw new TemporalUnusable(`${where} (${id}) has ${key.length} bytes: ${HOW}`);
  return { id, key };
}
