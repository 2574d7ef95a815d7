import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { shortBuild } from './deployed-workers.ts';

/** A version of the code that runs workflows, as Temporal's worker deployments know it. */
export interface Version {
  deploymentName: string;
  buildId: string;
}

/**
 * By the variables that Temporal's own controller sets: `TEMPORAL_DEPLOYMENT_NAME` turns versions on, `TEMPORAL_WORKER_BUILD_ID`
 * is this build's identity unless it says otherwise. Undefined: unversioned.
 */
export function readVersion(): Version | undefined {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID } = process.env;
  if (!deploymentName) return undefined;
  return { deploymentName, buildId: TEMPORAL_WORKER_BUILD_ID || shortBuild() };
}

/** Running sweeps move on to the current version: one that was pinned would wait for ever for workers that are gone. */
export function deploymentOptions(version: Version): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

/** gRPC: not found, failed precondition. */
const NOT_YET = new Set([5, 9]);
const LOOK_EVERY = 500;

/** Sends all work to a version, once its workers ask for it; throws the server's refusal when they do not within `patience` ms. */
export async function makeCurrent(
  connection: Connection,
  namespace: string,
  version: Version,
  patience: number,
): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace,
        ...version,
        identity: 'ratchet worker --make-current',
      });
      return;
    } catch (error) {
      const isEarly = isGrpcServiceError(error) && NOT_YET.has(error.code);
      if (!isEarly || performance.now() > deadline) throw error;
    }
    await delay(LOOK_EVERY);
  }
}

/** Which version gets new work; undefined: none, so that only unversioned workers do. */
export async function findCurrent(
  connection: Connection,
  namespace: string,
  deploymentName: string,
): Promise<string | undefined> {
  try {
    const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  } catch (error) {
    if (isGrpcServiceError(error) && NOT_YET.has(error.code)) return undefined;
    throw error;
  }
}
