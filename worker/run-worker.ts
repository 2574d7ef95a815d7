import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { TryObserver } from '../activities/try-observer.ts';
import { findDeadWorkers, nameOwnProcess, removeLeftovers } from '../compute/leftovers.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { CONNECT_POLL, SERVER_START } from '../contract/timeouts.ts';
import { createWorkers, runWorkers } from './create-workers.ts';
import { createDataConverter } from './data-converter.ts';
import type { Version } from './deployment.ts';
import { handBack } from './hand-back.ts';
import { cacheFolder, type Home } from './home.ts';
import type { TemporalServer } from './temporal-server.ts';
import type { Tracer } from './tracer.ts';
import { loadWorkflows } from './workflow-code.ts';

/** What works, and what it works through. */
export interface RunningWorker {
  connection: NativeConnection;
  workers: Worker[];
}

export interface WorkerSettings {
  server: TemporalServer;
  home: Home;
  /** A process's identity in Temporal, from its name on this machine. */
  identify: (processName: string) => string;
  observer: TryObserver;
  version?: Version | undefined;
  tracer?: Tracer | undefined;
  /** Aborted: trainers save a checkpoint, and what is in hand is handed back. */
  signal: AbortSignal;
  /** Milliseconds between two heartbeats of an activity. */
  heartbeat?: number;
  onRunning?: (running: RunningWorker) => void;
}

/** A worker from its connection to its drain. First it hands back what dead predecessors in the same home were at. */
export async function runWorker(settings: WorkerSettings): Promise<void> {
  const { server, home, identify, signal } = settings;
  const { namespace } = server;
  const own = nameOwnProcess();
  const dead = await findDeadWorkers(home.work);
  await mkdir(join(home.work, own)); // By it our successor learns of us.
  const connection = await connectPatiently(server, signal);
  try {
    const dataConverter = createDataConverter(namespace);
    const client = new Client({ connection, namespace, dataConverter });
    await handBack(client, dead.map(identify));
    for (const worker of dead) await removeLeftovers(home.work, worker);
    const workers = await createWorkers({
      connection,
      client,
      identity: identify(own),
      compute: createLocalCompute({ workFolder: home.work, cache: cacheFolder() }),
      observer: settings.observer,
      workflows: await loadWorkflows(),
      dataConverter,
      version: settings.version,
      tracer: settings.tracer,
      heartbeat: settings.heartbeat,
    });
    settings.onRunning?.({ connection, workers });
    await runWorkers(workers, signal);
    await removeLeftovers(home.work, own);
  } finally {
    await settings.tracer?.close();
    await connection.close();
  }
}

/** The server may be on its way. */
async function connectPatiently(
  { address, access }: TemporalServer,
  signal: AbortSignal,
): Promise<NativeConnection> {
  const deadline = performance.now() + SERVER_START;
  for (;;) {
    try {
      return await NativeConnection.connect({ address, ...access });
    } catch (error) {
      if (signal.aborted || performance.now() > deadline) throw error;
      await delay(CONNECT_POLL);
    }
  }
}
