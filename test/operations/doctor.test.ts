import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkConfinement } from '../../cli/check-confinement.ts';
import { checkStore, probeStore } from '../../cli/check-store.ts';
import { judgeClock } from '../../cli/check-clock.ts';
import type { Check } from '../../cli/check.ts';
import { ratchet } from '../cli/ratchet.ts';
import { type Place, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';

async function runDoctor(
  place: Pick<Place, 'folder' | 'home'>,
  env: Record<string, string> = {},
  ...args: string[]
) {
  const { code, stdout, stderr } = await ratchet(['doctor', ...args, '--json'], {
    cwd: place.folder,
    env: { RATCHET_HOME: place.home, ...env },
  });
  if (!stdout) throw new Error(stderr);
  return { code, checks: JSON.parse(stdout) as Check[] };
}

const find = (checks: Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name);

it('tells of a Temporal server its version, namespace, search attributes and workers', async () => {
  const place = newPlace();
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const alone = await runDoctor(place, { TEMPORAL_ADDRESS });
  expect(find(alone.checks, 'temporal')?.found).toMatch(/, server \d+\.\d+\.\d+/);
  expect(find(alone.checks, 'namespace')).toMatchObject({ ok: true, found: 'default' });
  expect(find(alone.checks, 'attributes')).toMatchObject({ ok: true });
  expect(find(alone.checks, 'workers')?.found).toMatch(/none is deployed/);
  expect(alone.code).toBe(0);

  await DeployedWorker.start({ TEMPORAL_ADDRESS });
  const { checks } = await runDoctor(place, { TEMPORAL_ADDRESS });
  expect(find(checks, 'workers')).toMatchObject({
    ok: true,
    found: expect.stringMatching(/^1 deployed: .*, of this build [0-9a-f]{12}$/),
  });
});

it('tells how to mend a namespace that is missing, and search attributes that nobody registered', async () => {
  const place = newPlace();
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const wrong = await runDoctor(place, { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: 'team-b' });
  expect(find(wrong.checks, 'namespace')).toMatchObject({
    ok: false,
    mend: 'temporal operator namespace create --namespace team-b',
  });
  expect(wrong.code).toBe(9);
  // Temporal's own namespace has none of ours.
  const bare = await runDoctor(place, { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: 'temporal-system' });
  expect(find(bare.checks, 'attributes')?.mend).toBe(
    'temporal operator search-attribute create --namespace temporal-system --name RatchetSweep --type Keyword --name RatchetCondition --type Keyword --name RatchetSeed --type Int',
  );
});

it('says that nobody answers at the address', async () => {
  const { code, checks } = await runDoctor(newPlace(), { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(find(checks, 'temporal')).toMatchObject({
    ok: false,
    found: 'Temporal at 127.0.0.1:1: it does not answer (ECONNREFUSED)',
  });
  expect(code).toBe(9);
});

it("checks the sweep file's store, not the home's, and leaves nothing in it", async () => {
  const place = newPlace();
  const file = writeSweep(place, smallSweep({ store: './elsewhere' }));
  mkdirSync(join(place.folder, 'elsewhere'));
  const { checks } = await runDoctor(place, {}, file);
  const url = `file://${place.folder}/elsewhere`;
  expect(find(checks, 'store')?.found).toBe(`${url}, create-only writes hold`);
  expect(find(checks, 'clock')?.found).toBe("the store's clock agrees with this machine's");
  const left = readdirSync(join(place.folder, 'elsewhere'), {
    recursive: true,
    withFileTypes: true,
  });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});

it('takes a store in which a second create-only write went through for unfit', async () => {
  const store = new CarelessStore();
  const [conditions] = await probeStore(store);
  expect(conditions).toMatchObject({
    ok: false,
    found: expect.stringContaining('a second create-only write went through'),
  });
  expect(await store.list('')).toEqual([]);
});

it('finds an API server that is too old, and a clock that is wrong', async () => {
  const { folder, home } = newPlace();
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString());
    response.setHeader('content-type', 'application/json');
    const isVersion = request.url === '/version';
    response.end(
      JSON.stringify(
        isVersion
          ? { gitVersion: 'v1.28.3', minor: '28+' }
          : { status: { allowed: true }, items: [] },
      ),
    );
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const KUBECONFIG = join(folder, 'kubeconfig');
  writeFileSync(KUBECONFIG, kubeconfig(`http://127.0.0.1:${port}`));
  const compute = {
    kind: 'kubernetes',
    namespace: 'team',
    image: 'registry.example.org/r:1',
    volumes: [{ name: 'shared', path: folder, claim: 'shared' }],
  };
  const file = writeSweep({ folder }, smallSweep({ compute, store: `file://${folder}/store` }));
  const { checks } = await runDoctor({ folder, home }, { KUBECONFIG }, file);
  expect(find(checks, 'kubernetes')).toMatchObject({ ok: false, found: 'v1.28.3' });
  expect(
    checks.find(({ found }) => /the API server's clock is 3[56]\d\d s behind/.test(found)),
  ).toMatchObject({ ok: false });
  expect(find(checks, 'cluster')).toMatchObject({ ok: true });
});

/** A node's metadata service: `get` and `put` are its answers, where it gives any. */
async function startMetadata(answers: { get?: number; put?: number }): Promise<string> {
  const server = createServer(({ method }, response) => {
    const status = method === 'PUT' ? answers.put : answers.get;
    if (status === undefined) response.destroy();
    else response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['are its node where it answers', { get: 200 }, false],
  ['are its node where it wants to be asked otherwise', { get: 400 }, false],
  ['are its node where it gives a token to be asked with', { get: 401, put: 200 }, false],
  ['are nobody where it is turned off', { get: 403 }, true],
  ['are nobody where its tokens get no farther than the node', { get: 401 }, true],
  ['are nobody where it cannot be reached', {}, true],
])('to a metadata service trainers %s', async (_how, answers, ok) => {
  vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', await startMetadata(answers));
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(find(await checkConfinement(0), 'metadata')?.ok).toBe(ok);
});

it('finds the identity of a cloud in the container of a trainer, and ends with its exit code', async () => {
  const reach = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await startMetadata({}) };
  const free = await runDoctor(newPlace(), reach, '--confined');
  expect(free).toMatchObject({ code: 0, checks: [{ ok: true }, { ok: true }] });
  const env = { ...reach, AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/token' };
  const { code, checks } = await runDoctor(newPlace(), env, '--confined');
  expect(find(checks, 'identity')?.found).toBe('trainers get AWS_WEB_IDENTITY_TOKEN_FILE');
  expect(code).toBe(9);
});

it.skipIf(process.getuid?.() === 0)('says that a store may not be written', async () => {
  const { folder } = newPlace();
  chmodSync(folder, 0o500);
  const [check] = await checkStore(`file://${folder}`);
  expect(check).toMatchObject({ ok: false, mend: expect.stringContaining('may be written') });
});

it('takes a clock for wrong when it is more than a minute off', () => {
  expect(judgeClock("the store's clock", 1500)).toMatchObject({ ok: true });
  expect(judgeClock("the store's clock", -30_000).found).toBe(
    "the store's clock is 30 s behind this machine's",
  );
  expect(judgeClock("the store's clock", 61_000)).toMatchObject({ ok: false });
});

/** A server that does not know of conditions. */
class CarelessStore extends MemoryStore {
  override async create(path: string, bytes: Uint8Array): Promise<boolean> {
    await this.replace(path, bytes);
    return true;
  }
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'old', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'old', context: { cluster: 'old', user: 'me' } }],
    'current-context': 'old',
  });
}
