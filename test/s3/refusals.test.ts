import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { text } from '../store/support.ts';
import { openVia } from './impatience.ts';
import { CREDENTIALS, HAS_S3, type S3Server, startVersitygw } from './server.ts';

describe.skipIf(!HAS_S3)('what no repetition mends', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  async function failure(url: string, endpoint = server.endpoint): Promise<string> {
    // Asked again and again, the test would not end in time.
    const store = await openVia(endpoint, url, { patience: 3_600_000 });
    const error = await store.create('a', text('a')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StoreError', fault: 'refused' });
    return (error as Error).message;
  }

  test('a bucket that is not there', async () => {
    expect(await failure('s3://no-such-bucket/x')).toMatch(
      /^cannot create a \(store s3:\/\/no-such-bucket\/x\): the bucket does not exist; create it/,
    );
  });

  test('a wrong secret, which is not told', async () => {
    setEnvironment('AWS_SECRET_ACCESS_KEY', 'another-secret');
    const message = await failure(server.newUrl());
    expect(message).toContain('access denied');
    expect(message).not.toContain('another-secret');
    expect(message).not.toContain(CREDENTIALS.AWS_ACCESS_KEY_ID + '/');
  });

  test('no credentials anywhere', async () => {
    for (const name of Object.keys(CREDENTIALS)) setEnvironment(name, undefined);
    setEnvironment('AWS_EC2_METADATA_DISABLED', 'true');
    setEnvironment('HOME', '/nonexistent');
    expect(await failure(server.newUrl())).toContain('no credentials were found');
  });

  test('no region anywhere', async () => {
    setEnvironment('AWS_REGION', undefined);
    setEnvironment('HOME', '/nonexistent');
    expect(await failure(server.newUrl())).toContain('set AWS_REGION');
  });

  test('a web server that is no S3', async () => {
    const other = createServer((_request, response) => response.writeHead(405).end('<html>no'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await failure(server.newUrl(), `http://127.0.0.1:${port}`)).toContain('S3 endpoint');
  });

  test('an authority file that is not there', async () => {
    setEnvironment('AWS_CA_BUNDLE', '/no/such/bundle.pem');
    await expect(openVia(server.endpoint, server.newUrl())).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('AWS_CA_BUNDLE'),
    });
  });
});

test.each([
  's3://',
  's3:///key',
  's3://Bucket/x',
  's3://ab/x',
  's3://bucket.with.dots/x',
  's3://bucket/../x',
  's3://bucket//x',
  's3://bucket/.hidden',
  's3://bucket/a b',
  's3://user:secret@bucket/x',
  's3://bucket/x?endpoint=y',
])('%s names no place in S3', async (url) => {
  await expect(openVia('http://127.0.0.1:9', url)).rejects.toMatchObject({ fault: 'refused' });
});

function setEnvironment(name: string, value: string | undefined): void {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}
