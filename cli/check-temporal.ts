import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contract/workflows.ts';
import { findDeployedWorkers, shortBuild } from '../worker/deployed-workers.ts';
import { findCurrent, readVersion } from '../worker/deployment.ts';
import { cacheFolder } from '../worker/home.ts';
import { findTemporal } from '../worker/temporal-binary.ts';
import { connectTemporal } from '../worker/temporal-connection.ts';
import {
  readTemporalServer,
  type TemporalServer,
  TemporalUnusable,
} from '../worker/temporal-server.ts';
import { type Check, failed, passed } from './check.ts';

/** gRPC's codes. */
const NOT_FOUND = 5;
/** Where only the server's owner may ask: 7 and 12. */
const NOT_OURS = new Set([7, 12]);

/** The server that the environment names, or the one that Ratchet would start. */
export async function checkTemporal(): Promise<Check[]> {
  const name = 'temporal';
  try {
    const server = await readTemporalServer();
    if (!server) return [await checkEmbedded(name)];
    const connection = await connectTemporal(server);
    try {
      const version = await checkVersion(connection, server);
      const namespace = await checkNamespace(connection, server);
      if (!namespace.ok) return [version, namespace];
      const attributes = await checkAttributes(connection, server);
      const workers = await checkWorkers(connection, server);
      const deployment = await checkDeployment(connection, server);
      return [version, namespace, attributes, workers, ...deployment];
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof TemporalUnusable)) throw error;
    return [failed(name, error.message, 'docs/operations.md: Where Temporal is')];
  }
}

async function checkEmbedded(name: string): Promise<Check> {
  const binary = await findTemporal();
  if (binary) return passed(name, binary);
  const mend = 'ratchet demo obtains it (needs the internet or Go), or set TEMPORAL_BIN';
  return failed(name, `no server on PATH or in ${cacheFolder()}`, mend);
}

/** Until these versions one tenant of a server could reach another's workflows; on one's own machine that is nobody. */
async function checkVersion(connection: Connection, { address }: TemporalServer): Promise<Check> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const found = `${address}, server ${serverVersion}`;
  if (!isVulnerable(serverVersion) || isLoopback(address)) return passed('temporal', found);
  const mend =
    'update the server to 1.29.5, 1.30.3 or newer: older ones have known faults of tenancy';
  return failed('temporal', found, mend);
}

function isVulnerable(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => parseInt(part, 10));
  if (major !== 1 || minor > 30) return false;
  if (minor === 30) return patch < 3;
  return minor < 29 || patch < 5;
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\..*|\[::1\])(:|$)/.test(address);
}

async function checkNamespace(
  connection: Connection,
  { namespace }: TemporalServer,
): Promise<Check> {
  const name = 'namespace';
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return passed(name, namespace);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    const code: number = error.code;
    const mend =
      code === NOT_FOUND
        ? `temporal operator namespace create --namespace ${namespace}`
        : 'see TEMPORAL_NAMESPACE and the rights of TEMPORAL_API_KEY';
    return failed(name, `${namespace}: ${error.details}`, mend);
  }
}

async function checkAttributes(
  connection: Connection,
  { namespace }: TemporalServer,
): Promise<Check> {
  const name = 'attributes';
  const { sweep, condition, seed } = SEARCH_ATTRIBUTES;
  const wanted = { [sweep]: 'Keyword', [condition]: 'Keyword', [seed]: 'Int' };
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const missing = Object.entries(wanted).filter(([one]) => !Object.hasOwn(customAttributes, one));
    if (missing.length === 0) return passed(name, Object.keys(wanted).join(', '));
    const options = missing.map(([one, type]) => `--name ${one} --type ${type}`).join(' ');
    const mend = `temporal operator search-attribute create --namespace ${namespace} ${options}`;
    return failed(name, `${missing.map(([one]) => one).join(', ')} are not registered`, mend);
  } catch (error) {
    if (!isGrpcServiceError(error) || !NOT_OURS.has(error.code)) throw error;
    return passed(name, "only the server's owner may ask: a sweep that starts has them");
  }
}

/** Processes of different builds must not work on one sweep: what they make has other keys. */
async function checkWorkers(connection: Connection, { namespace }: TemporalServer): Promise<Check> {
  const name = 'workers';
  const workers = await findDeployedWorkers(connection, namespace);
  if (workers.length === 0)
    return passed(name, 'none is deployed: the command line brings one of its own');
  const own = shortBuild();
  const others = workers.filter(({ build }) => build !== own);
  const found = `${workers.length} deployed: ${workers.map(({ host }) => host).join(', ')}`;
  if (others.length === 0) return passed(name, `${found}, of this build ${own}`);
  const theirs = [...new Set(others.map(({ build }) => build))].join(', ');
  return failed(
    name,
    `${found}; this is build ${own}, theirs ${theirs}`,
    'use the command line of their image, or update them (docs/operations.md: Upgrade)',
  );
}

/** Workers of a version that is not the current one wait for ever. */
async function checkDeployment(
  connection: Connection,
  { namespace }: TemporalServer,
): Promise<Check[]> {
  const version = readVersion();
  if (!version) return [];
  const { deploymentName, buildId } = version;
  const current = await findCurrent(connection, namespace, deploymentName);
  const found = `${deploymentName}: work goes to ${current === undefined ? 'no build' : `build ${current}`}`;
  if (current === buildId) return [passed('deployment', found)];
  return [failed('deployment', `${found}, not to ${buildId}`, 'ratchet worker --make-current')];
}
