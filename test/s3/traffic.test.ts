import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openS3Store } from '../../store/s3-store.ts';
import { watchRequests } from '../../worker/watch-requests.ts';
import { HAS_S3, type S3Server, startVersitygw } from './server.ts';

describe.skipIf(!HAS_S3)('traffic with a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  test('is what goes over the wire: a blob that stands there already is not sent again', async () => {
    const traffic = { sent: 0, received: 0 };
    watchRequests(({ sent, received }) => {
      traffic.sent += sent;
      traffic.received += received;
    });
    const store = await openS3Store(server.newUrl());
    const bytes = new Uint8Array(300_000).fill(7);
    const { sha256 } = await store.putBlob(bytes);
    await store.putBlob(bytes);
    await store.readBlob(sha256);
    expect(traffic.sent).toBe(bytes.length);
    expect(traffic.received).toBe(bytes.length);
  });
});
