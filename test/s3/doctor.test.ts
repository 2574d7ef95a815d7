import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkStore } from '../../cli/check-store.ts';
import { openStore } from '../../store/open-store.ts';
import { HAS_S3, type S3Server, startVersitygw } from './server.ts';

describe.skipIf(!HAS_S3)('doctor on a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  test('a conditional write is really refused, the clock is right, and nothing is left', async () => {
    const url = server.newUrl();
    const checks = await checkStore(url);
    expect(checks).toEqual([
      { name: 'store', ok: true, found: `${url}, create-only writes hold` },
      { name: 'clock', ok: true, found: "the store's clock agrees with this machine's" },
    ]);
    expect(await (await openStore(url)).list('')).toEqual([]);
  });

  test('a bucket that is not there is said, with what to look at', async () => {
    const [check] = await checkStore('s3://no-such-bucket/x');
    expect(check).toMatchObject({
      ok: false,
      found: expect.stringContaining('the bucket does not exist'),
      mend: expect.stringContaining('AWS_ENDPOINT_URL_S3'),
    });
  });
});
