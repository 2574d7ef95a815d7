import { access } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Check, failed, passed } from './check.ts';

/** Networks enforce their policies some seconds after a pod's start; a trainer starts later than that. */
const POLICY_DELAY = 10_000;
const BETWEEN_LOOKS = 1_000;

/**
 * Whether this pod has no identity of a cluster's or a cloud's: what it can get a trainer can get, if it has a trainer's labels,
 * account and container.
 */
export async function checkConfinement(patience = POLICY_DELAY): Promise<Check[]> {
  return [await checkMetadata(patience), await checkIdentity()];
}

async function checkMetadata(patience: number): Promise<Check> {
  const name = 'metadata';
  const service = process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? 'http://169.254.169.254';
  const until = performance.now() + patience;
  while (await givesIdentity(service)) {
    if (performance.now() > until)
      return failed(
        name,
        `trainers reach ${service}, which gives them their node's identity`,
        "use a network that enforces the chart's NetworkPolicy; where the service has another address, networkPolicy.trainerEgress",
      );
    await delay(BETWEEN_LOOKS);
  }
  return passed(name, "trainers get nothing from their node's metadata service");
}

/**
 * Any answer counts but two. 403: AWS has turned the service off, or a proxy refuses the address. 401: AWS wants a token first,
 * which with a hop limit of 1 never comes this far.
 */
async function givesIdentity(service: string): Promise<boolean> {
  const status = await ask(service, 'GET');
  if (status === 401) return (await ask(`${service}/latest/api/token`, 'PUT')) === 200;
  return status > 0 && status !== 403;
}

const AWS_TOKEN = { 'X-aws-ec2-metadata-token-ttl-seconds': '1' };

/** Status of the answer; 0: none came. */
function ask(url: string, method: 'GET' | 'PUT'): Promise<number> {
  return new Promise((resolve) => {
    const headers = method === 'PUT' ? AWS_TOKEN : {};
    const asked = request(url, { method, headers, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(0));
    asked.once('close', () => resolve(0)).end();
  });
}

/** By which the SDKs of AWS and Azure find what a webhook has put into a container. */
const TOKENS = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AZURE_FEDERATED_TOKEN_FILE',
];
const CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

async function checkIdentity(): Promise<Check> {
  const name = 'identity';
  const found = TOKENS.filter((variable) => process.env[variable]);
  if (await exists(CLUSTER_TOKEN)) found.push(CLUSTER_TOKEN);
  if (found.length === 0) return passed(name, "trainers get no token of their pod's account");
  return failed(
    name,
    `trainers get ${found.join(', ')}`,
    'give the account of trainers no such role, or mend the webhook that puts it into containers it is told to leave out',
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
