// A sweep of N runs whose trainer does nothing, against a running Temporal server: the product's own plan, workflows,
// activities, store and report; only `compute`'s way to run a trainer is replaced. A run is a chain of 4 blocks of prepare,
// train, checkpoint and evaluate on every domain seen: 22 steps.
// Usage, after `npm run build`: RATCHET_HOME=<folder> TEMPORAL_ADDRESS=<address> node bench/noop-sweep.mjs N
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { loadSweep } from '../dist/cli/load-sweep.js';
import { startSweep, storePlan } from '../dist/cli/submit-sweep.js';
import { createLocalCompute } from '../dist/compute/local-compute.js';
import { createWorkers, runWorkers } from '../dist/worker/create-workers.js';
import { openHome } from '../dist/worker/home.js';
import { runNothing } from './no-op-trainer.mjs';

/** As many as the peers get. */
const SLOTS = 16;
const runs = Number(process.argv[2]);
const address = process.env.TEMPORAL_ADDRESS;
const home = openHome();
const spec = {
  version: 'ratchet/v1',
  name: 'noop',
  suite: {
    kind: 'builtin',
    dialoguesPerDomain: { train: 1, heldOut: 1 },
    chainLength: { min: 1, max: 1 },
  },
  stream: { domains: ['travel', 'banking', 'library', 'clinic'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: runs,
  evaluate: { domains: 'seen' },
  parallelism: runs,
};
const file = join(home.folder, 'noop.yaml');
await writeFile(file, JSON.stringify(spec));

Runtime.install({ shutdownSignals: [] });
const stop = new AbortController();
const connection = await NativeConnection.connect({ address });
const created = await createWorkers({
  connection,
  client: new Client({ connection }),
  identity: 'bench',
  compute: createLocalCompute({
    workFolder: home.work,
    cache: home.work,
    slots: SLOTS,
    run: runNothing,
  }),
  workflows: { codePath: join(import.meta.dirname, '..', 'dist', 'workflows.bundle.js') },
});
const workers = runWorkers(created, stop.signal);
const client = new Client({ connection: await Connection.connect({ address }) });
const loaded = await loadSweep(file, home);
await startSweep(client, loaded, await storePlan(loaded));
const { state, ended } = await client.workflow.getHandle(loaded.plan.sweep).result();
stop.abort();
await workers;
const done =
  state === 'done' && ended.blocksTrained === 4 * runs && ended.cellsComputed === 10 * runs;
if (!done) throw new Error(`the sweep is not complete: ${state} ${JSON.stringify(ended)}`);
process.exit();
