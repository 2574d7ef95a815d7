import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { listWeights } from '../../compute/digest-weights.ts';
import { COMMIT, FakeHub, MODEL } from '../compute/fake-hub.ts';
import { DeployedWorker } from '../operations/deployed-worker.ts';
import { newPlace, startOwnTemporal } from '../operations/own-temporal.ts';
import { readPage } from '../operations/prometheus-page.ts';
import { readRawHistories } from '../operations/raw-histories.ts';
import { waitFor } from '../support/home-processes.ts';
import { RatchetProcess, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { CREDENTIALS, HAS_S3, type S3Server, startVersitygw } from './server.ts';

const S3_SECRET = CREDENTIALS.AWS_SECRET_ACCESS_KEY;
const TEMPORAL_API_KEY = 'canary-of-temporal';
const HF_TOKEN = 'canary-of-the-trainer';
const SECRETS = [S3_SECRET, TEMPORAL_API_KEY, HF_TOKEN];

describe.skipIf(!HAS_S3)('a worker with secrets in its environment', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  test('tells none of them to its log, its metrics or any history, whatever servers and trainers quote', async () => {
    const address = await startOwnTemporal();
    const common = {
      ...server.env,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_API_KEY,
      TEMPORAL_TLS: 'false',
      RATCHET_STORE_PATIENCE: '0',
      RATCHET_CACHE: newPlace().home,
      HF_TOKEN,
    };
    const place = newPlace();
    // A trainer that is a bug, and whose last words are all that it should not say.
    const words = `last words: $HF_TOKEN $TEMPORAL_API_KEY $AWS_SECRET_ACCESS_KEY`;
    const command = ['sh', '-c', `env; echo "${words}" >&2; exit 1`];
    const { hub, weights } = await publishGated();
    const trainer = { kind: 'command', command, identity: 'teller', weights };
    const file = writeSweep(place, smallSweep({ trainer, seeds: 1, store: server.newUrl() }));

    const misled = await DeployedWorker.start({
      ...common,
      AWS_ENDPOINT_URL_S3: await startTeller(),
    });
    const run = new RatchetProcess(place, ['run', file, '--json'], common);
    expect(await waitFor(() => misled.stdout.includes('AWS_SECRET_ACCESS_KEY'), 60_000)).toBe(true);
    expect(await misled.drain()).toBe(0);

    const worker = await DeployedWorker.start(common);
    expect(await run.exited, run.stderr).toBe(5);
    const page = await worker.get('/metrics');
    const { samples } = readPage(page.text);
    const puts = samples.filter(
      ({ name, labels }) =>
        name === 'ratchet_http_requests_total' &&
        labels['peer'] === 's3' &&
        labels['method'] === 'PUT',
    );
    expect(puts.some(({ value }) => value > 0)).toBe(true);
    expect(await worker.drain()).toBe(0);
    expect(hub.seen.some(({ token }) => token === `Bearer ${HF_TOKEN}`)).toBe(true);

    const told = {
      log: misled.stdout + misled.stderr + worker.stdout + worker.stderr,
      commandLine: run.stdout + run.stderr,
      metrics: page.text,
      histories: (await readRawHistories(address)).toString('latin1'),
    };
    // Each does tell of what happened, with the names of what is left out.
    expect(told.log).toContain('[AWS_SECRET_ACCESS_KEY]');
    expect(told.log).toContain('[HF_TOKEN]');
    expect(told.histories).toContain('[HF_TOKEN]');
    for (const [where, text] of Object.entries(told))
      for (const secret of SECRETS)
        expect(text.includes(secret), `${secret} in ${where}`).toBe(false);
  });
});

/** Base weights of a hub that wants the token; the workers are told of it. */
async function publishGated(): Promise<{ hub: FakeHub; weights: object }> {
  const hub = await FakeHub.start({ 'model.safetensors': Buffer.alloc(2000, 1) });
  onTestFinished(() => hub.stop());
  hub.token = HF_TOKEN;
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_TOKEN', HF_TOKEN);
  onTestFinished(() => void vi.unstubAllEnvs());
  const source = `hf://${MODEL}@${COMMIT}`;
  const { digest } = await listWeights(source, new AbortController().signal);
  hub.seen.length = 0;
  return { hub, weights: { source, digest } };
}

/** An S3 server whose errors quote what it should not know. */
async function startTeller(): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${S3_SECRET}</Code><Message>${S3_SECRET}</Message></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
