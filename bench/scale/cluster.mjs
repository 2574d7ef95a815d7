// A cluster without nodes that run anything: a real control plane (test/cluster) and kwok's fake nodes with 8 GPUs each.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';

const BINARIES = process.env.BIN ?? join(homedir(), '.cache', 'ratchet', 'bin');
const SCRIPTS = join(import.meta.dirname, '..', '..', 'test', 'cluster');
const GPUS_OF_NODE = 8;
/** Whoever asks the API server, by the name that its audit log has. */
const USERS = ['worker', 'carriers'];

/** Every request to the API server, once it is answered. */
const AUDIT = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', users: USERS }, { level: 'None' }],
};

/** Starts it in `folder` with so many GPUs at least. `kubeconfigOf(user)`: a file; `audit`: the log of the users' requests. */
export async function startCluster(folder, gpus) {
  mkdirSync(folder);
  const at = (name) => join(folder, name);
  writeFileSync(at('users.csv'), USERS.map((user) => `token-${user},${user},${user}\n`).join(''));
  writeFileSync(at('audit-policy.json'), JSON.stringify(AUDIT));
  const flags = `--audit-policy-file ${at('audit-policy.json')} --audit-log-path ${at('audit.log')}`;
  execFileSync('bash', [join(SCRIPTS, 'control-plane-up.sh'), folder], {
    stdio: ['ignore', openSync(at('up.log'), 'a'), openSync(at('up.log'), 'a')],
    env: { ...process.env, APISERVER_FLAGS: flags },
  });
  const config = new KubeConfig();
  config.loadFromFile(at('kubeconfig'));
  for (const user of USERS) writeKubeconfig(at('kubeconfig'), at(user), user);
  await grant(config);
  const kwok = await startKwok(at);
  await makeNodes(config, Math.ceil(gpus / GPUS_OF_NODE));
  return {
    core: config.makeApiClient(CoreV1Api),
    kubeconfigOf: at,
    audit: at('audit.log'),
    stop: async () => {
      kwok.kill();
      await once(kwok, 'exit');
      execFileSync('bash', [join(SCRIPTS, 'down.sh'), folder], { stdio: 'ignore' });
    },
  };
}

function writeKubeconfig(from, to, user) {
  const text = readFileSync(from, 'utf8').replace(/token: "\w+"/, `token: "token-${user}"`);
  writeFileSync(to, text);
}

/** Both may do in the namespace what the cluster role `edit` allows. */
async function grant(config) {
  await config.makeApiClient(RbacAuthorizationV1Api).createNamespacedRoleBinding({
    namespace: 'default',
    body: {
      metadata: { name: 'bench' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: USERS.map((name) => ({ kind: 'User', name })),
    },
  });
}

/** It answers for its nodes' kubelets too, which is where the API server gets logs from. */
async function startKwok(at) {
  const line = `${new Date().toISOString()} stdout F nothing is done here\n`;
  writeFileSync(at('container.log'), line.repeat(20));
  const stages = readFileSync(join(import.meta.dirname, 'kwok.yaml'), 'utf8');
  writeFileSync(at('kwok.yaml'), stages.replace('LOG', at('container.log')));
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=kwok'];
  const files = ['-keyout', at('kwok.key'), '-out', at('kwok.crt')];
  execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
  const log = openSync(at('kwok.log'), 'a');
  const options = [
    `--kubeconfig=${at('kubeconfig')}`,
    `--config=${at('kwok.yaml')}`,
    '--manage-all-nodes',
    '--node-ip=127.0.0.1',
    `--node-port=${await findFreePort()}`,
    `--tls-cert-file=${at('kwok.crt')}`,
    `--tls-private-key-file=${at('kwok.key')}`,
    '--node-lease-duration-seconds=40',
  ];
  return spawn(join(BINARIES, 'kwok'), options, { stdio: ['ignore', log, log] });
}

async function makeNodes(config, count) {
  const core = config.makeApiClient(CoreV1Api);
  const gpus = String(GPUS_OF_NODE);
  const amounts = { cpu: '64', memory: '512Gi', pods: '110', 'nvidia.com/gpu': gpus };
  for (let index = 0; index < count; index++)
    await core.createNode({
      body: {
        metadata: { name: `fake-${index}` },
        status: { allocatable: amounts, capacity: amounts },
      },
    });
  while (!(await core.listNode()).items.every(isReady)) await delay(200);
}

function isReady({ status, spec }) {
  const ready = status?.conditions?.some(
    ({ type, status: is }) => type === 'Ready' && is === 'True',
  );
  return ready && !spec?.taints?.length;
}

export async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
