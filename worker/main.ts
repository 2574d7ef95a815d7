import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { findDeadWorkers, nameOwnProcess, removeLeftovers } from '../compute/leftovers.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { CONNECT_POLL, SERVER_START } from '../contract/timeouts.ts';
import { handBack } from './hand-back.ts';
import { openHome } from './home.ts';
import { runWorkers } from './run-workers.ts';

/** The embedded worker: trainers are processes of this machine, and it ends with its supervisor. */
const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
const home = openHome();
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
process.once('disconnect', () => stop.abort());
Runtime.install({ shutdownSignals: [] });
const identity = nameOwnProcess();
const dead = await findDeadWorkers(home.work);
await mkdir(join(home.work, identity)); // By it our successor learns of us.
const connection = await connectPatiently();
try {
  await handBack(new Client({ connection, namespace }), dead);
  for (const worker of dead) await removeLeftovers(home.work, worker);
  await runWorkers({
    connection,
    namespace,
    identity,
    compute: createLocalCompute({ workFolder: home.work }),
    workflowBundle: join(import.meta.dirname, '..', 'workflows.bundle.js'),
    signal: stop.signal,
  });
  await removeLeftovers(home.work, identity);
} finally {
  await connection.close();
  // The channel to the supervisor alone would keep this process alive.
  if (process.connected) process.disconnect();
}

/** The server may be on its way. */
async function connectPatiently(): Promise<NativeConnection> {
  const deadline = performance.now() + SERVER_START;
  for (;;) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (stop.signal.aborted || performance.now() > deadline) throw error;
      await delay(CONNECT_POLL);
    }
  }
}
