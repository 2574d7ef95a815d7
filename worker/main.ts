import { join } from 'node:path';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { removeLeftovers } from '../compute/leftovers.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { openHome } from './home.ts';
import { runWorkers } from './run-workers.ts';

/** The embedded worker: trainers are processes of this machine, and it ends with its supervisor. */
const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
const home = openHome();
await removeLeftovers(home.work);
Runtime.install({ shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
process.once('disconnect', () => stop.abort());
try {
  await runWorkers({
    connection,
    namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    compute: createLocalCompute({ workFolder: home.work }),
    workflowBundle: join(import.meta.dirname, '..', 'workflows.bundle.js'),
    signal: stop.signal,
  });
} finally {
  await connection.close();
}
