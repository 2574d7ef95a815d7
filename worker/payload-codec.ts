import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKey } from './payload-keys.ts';
import { TemporalUnusable } from './temporal-server.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** As Temporal's own examples call it, so that its tools know it for what it is. */
const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts every payload with AES-256-GCM. Beside it stands the key's id; bound to it, the namespace: what was encrypted for
 * one tenant of a server decrypts in no other's. Data: nonce (12 bytes), tag (16), the encrypted `Payload` message. Without a
 * key it lets everything through, and says what is missing where it meets something encrypted.
 */
export class PayloadEncryption implements PayloadCodec {
  private readonly keys: PayloadKey[];
  private readonly namespace: string;

  constructor(keys: PayloadKey[], namespace: string) {
    this.keys = keys;
    this.namespace = namespace;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    const [newest] = this.keys;
    return Promise.resolve(newest ? payloads.map((one) => this.encrypt(one, newest)) : payloads);
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((one) => (read(one, 'encoding') === ENCODING ? this.decrypt(one) : one));
  }

  private encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(this.bindTo(id));
    const inner = PayloadMessage.encode(payload).finish();
    const encrypted = [cipher.update(inner), cipher.final()];
    return {
      metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(id) },
      data: Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted]),
    };
  }

  private decrypt(payload: Payload): Payload {
    const id = read(payload, 'encryption-key-id');
    const found = this.keys.find((key) => key.id === id);
    if (!found)
      throw new TemporalUnusable(
        `what Temporal keeps in namespace ${this.namespace} is encrypted with key ${id}, which RATCHET_PAYLOAD_KEYS does not have`,
      );
    const data = Buffer.from(payload.data ?? []);
    const nonce = data.subarray(0, NONCE_BYTES);
    const tag = data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, found.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.bindTo(id)).setAuthTag(tag);
    try {
      const inner = [decipher.update(data.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      return PayloadMessage.decode(Buffer.concat(inner));
    } catch {
      throw new TemporalUnusable(
        `what Temporal keeps in namespace ${this.namespace} was not encrypted there with our key ${id}: it was changed, or comes from elsewhere`,
      );
    }
  }

  private bindTo(keyId: string): Buffer {
    return Buffer.from(JSON.stringify(['ratchet-payload/1', this.namespace, keyId]));
  }
}

function read({ metadata }: Payload, name: string): string {
  return Buffer.from(metadata?.[name] ?? []).toString();
}
