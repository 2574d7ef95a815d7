import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { NativeConnection, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TASK_QUEUES } from '../../contract/workflows.ts';
import { choosePort } from '../../worker/embedded-server.ts';
import { ratchet } from '../cli/ratchet.ts';
import { findProcesses, waitFor } from '../support/home-processes.ts';
import { type Place, runToEnd, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { BUNDLE, silenceTemporal } from '../workflows/temporal.ts';
import { Authority, HAS_OPENSSL, writeNonsense } from './certificates.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { GuardedTemporal } from './guarded-temporal.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';

silenceTemporal();

const SWEEP = { stream: { domains: ['travel'] }, seeds: 1 };

describe.skipIf(!HAS_OPENSSL)('a Temporal server behind TLS (needs openssl)', () => {
  let place: Place;
  let stranger: Authority;
  let env: Record<string, string>;

  beforeAll(async () => {
    place = newPlace();
    const ours = new Authority(place.folder, 'ours');
    stranger = new Authority(place.folder, 'stranger');
    const client = ours.sign('client');
    const apiKey = 'right-key';
    const { address } = await GuardedTemporal.open({
      target: await startOwnTemporal(),
      server: ours.sign('temporal.example.org'),
      trusted: ours.cert,
      apiKey,
    });
    env = {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_API_KEY: apiKey,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ours.cert,
      TEMPORAL_TLS_SERVER_NAME: 'temporal.example.org',
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
    };
  });

  it('is worked for by ratchet worker, and the command line then brings no worker of its own', async () => {
    const worker = await DeployedWorker.start(env);
    expect(await worker.get('/livez')).toEqual({ status: 200, text: 'ok\n' });
    const file = writeSweep(place, smallSweep({ ...SWEEP, store: `file://${place.folder}/store` }));
    const { code, state } = await runToEnd(place, file, env);
    expect({ code, state }).toEqual({ code: 0, state: 'done' });
    expect(findProcesses(place.home)).toEqual([]);
    expect(await worker.drain()).toBe(0);
  });

  it.concurrent.each<[string, () => Record<string, string>, RegExp]>([
    ['no TLS', () => plain(), /it speaks TLS: set TEMPORAL_TLS=true/],
    [
      'an authority that did not sign',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: stranger.cert }),
      /not signed by an authority that is trusted here: TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
    ],
    [
      'another name',
      () => ({ TEMPORAL_TLS_SERVER_NAME: 'other.example.org' }),
      /for another name: TEMPORAL_TLS_SERVER_NAME/,
    ],
    [
      "a stranger's certificate",
      () => {
        const { cert, key } = stranger.sign('client');
        return { TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key };
      },
      /it refuses our certificate: see TEMPORAL_TLS_CLIENT_CERT_PATH/,
    ],
    [
      'no certificate',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' }),
      /it refuses our certificate/,
    ],
    [
      "another certificate's key",
      () => ({ TEMPORAL_TLS_CLIENT_KEY_PATH: stranger.key }),
      /certificate and key cannot be used .*belong together/,
    ],
    [
      'a certificate without its key',
      () => ({ TEMPORAL_TLS_CLIENT_KEY_PATH: '' }),
      /belong together: one of them is not set/,
    ],
    [
      'a file that is no certificate',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: writeNonsense(place.folder) }),
      /certificate/,
    ],
    [
      'a file that is not there',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' }),
      /cannot be read: TEMPORAL_TLS_\*_PATH name PEM files \(ENOENT.*\/nowhere\/ca\.pem/,
    ],
    ['a wrong key', () => ({ TEMPORAL_API_KEY: 'wrong' }), /refuses us .*TEMPORAL_API_KEY/],
  ])('answers %s with one clear message and exit 8', async (_, wrong, said) => {
    for (const verb of [['worker'], ['run', writeSweep(place, smallSweep(SWEEP))]]) {
      const { code, stderr } = await ratchet(verb, {
        cwd: place.folder,
        env: { ...env, RATCHET_HOME: place.home, RATCHET_HTTP_PORT: '0', ...wrong() },
      });
      expect({ code, lines: stderr.trim().split('\n').length }, stderr).toEqual({
        code: 8,
        lines: 1,
      });
      expect(stderr).toMatch(said);
      expect(stderr).not.toContain('right-key');
    }
  });

  /** Of the settings above nothing but the address. */
  function plain(): Record<string, string> {
    const none = Object.keys(env).filter((name) => name !== 'TEMPORAL_ADDRESS');
    return Object.fromEntries(none.map((name) => [name, '']));
  }
});

describe('ratchet worker', () => {
  it('is alive but not ready while Temporal is away, and drains all the same', async () => {
    const way = await openWay(await startOwnTemporal());
    const worker = await DeployedWorker.start({ TEMPORAL_ADDRESS: way.address });
    way.close();
    const away = await waitFor(async () => {
      const answer = await worker.get('/readyz');
      return answer.status === 503 && answer.text;
    }, 60_000);
    expect(away).toBe('Temporal does not answer\n');
    expect((await worker.get('/livez')).status).toBe(200);
    expect(await worker.drain()).toBe(0);
  });

  it('says that nobody answers at the address, and exits with 8', async () => {
    const port = await choosePort();
    const { code, stderr } = await runWorker({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    expect(stderr).toBe(`Temporal at 127.0.0.1:${port}: it does not answer (ECONNREFUSED)\n`);
    expect(code).toBe(8);
  });

  it('says that the namespace is missing, and how to make one', async () => {
    const address = await startOwnTemporal();
    const { code, stderr } = await runWorker({
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: 'team-b',
    });
    expect(stderr).toBe(
      `Temporal at ${address} has no namespace team-b: temporal operator namespace create --namespace team-b\n`,
    );
    expect(code).toBe(8);
  });

  it('says that its port is in use, and exits with 8', async () => {
    const holder = createServer().listen(0);
    onTestFinished(() => void holder.close());
    const { port } = holder.address() as AddressInfo;
    const { code, stderr } = await runWorker({
      TEMPORAL_ADDRESS: await startOwnTemporal(),
      RATCHET_HTTP_PORT: String(port),
    });
    expect(stderr).toBe(`port ${port} is in use: RATCHET_HTTP_PORT names another\n`);
    expect(code).toBe(8);
  });

  it('refuses a port that is none', async () => {
    const address = '127.0.0.1:7233';
    const env = { TEMPORAL_ADDRESS: address, RATCHET_HTTP_PORT: 'metrics' };
    const { code, stderr } = await runWorker(env);
    expect(stderr).toContain('RATCHET_HTTP_PORT is metrics');
    expect(code).toBe(2);
  });
});

it('workers that are deployed elsewhere are not given a store of this machine', async () => {
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const connection = await NativeConnection.connect({ address: TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUES.control,
    workflowBundle: { codePath: BUNDLE },
    identity: 'ratchet-worker@elsewhere/1-0123/0123456789ab',
  });
  const running = worker.run();
  try {
    const place = newPlace();
    const file = writeSweep(place, smallSweep(SWEEP));
    const ran = await waitFor(async () => {
      const env = { RATCHET_HOME: place.home, TEMPORAL_ADDRESS };
      const doctor = await ratchet(['doctor'], { cwd: place.folder, env });
      return (
        doctor.stdout.includes('elsewhere') &&
        (await ratchet(['run', file], { cwd: place.folder, env }))
      );
    }, 60_000);
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('name a `store`') });
    expect(ran).toMatchObject({
      stderr: expect.stringMatching(/^workers are deployed on elsewhere/),
    });
  } finally {
    worker.shutdown();
    await running;
    await connection.close();
  }
});

it('a supervisor with its own server does not do for another one, and that is said', async () => {
  const place = newPlace();
  const file = writeSweep(place, smallSweep(SWEEP));
  expect(await runToEnd(place, file)).toMatchObject({ state: 'done' });
  const TEMPORAL_ADDRESS = await startOwnTemporal();
  const { code, stderr } = await ratchet(['run', file], {
    cwd: place.folder,
    env: { RATCHET_HOME: place.home, TEMPORAL_ADDRESS },
  });
  expect(stderr).toBe(
    `a supervisor with its own Temporal server runs here, and not with ${TEMPORAL_ADDRESS}: it ends when it is idle; until then set another RATCHET_HOME\n`,
  );
  expect(code).toBe(8);
});

function runWorker(env: Record<string, string>) {
  const { folder, home } = newPlace();
  return ratchet(['worker'], { cwd: folder, env: { RATCHET_HOME: home, ...env } });
}

/** A way to a server that can be shut. */
async function openWay(target: string): Promise<{ address: string; close: () => void }> {
  const [host, port] = target.split(':');
  const sockets: Socket[] = [];
  const way = createServer((socket) => {
    const onward = connect(Number(port), host);
    sockets.push(socket, onward);
    for (const one of [socket, onward]) one.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  return {
    address: `127.0.0.1:${(way.address() as AddressInfo).port}`,
    close: () => {
      way.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
