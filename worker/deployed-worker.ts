import { Runtime } from '@temporalio/worker';
import { DEPLOYED_HEARTBEAT, READY_PATIENCE } from '../contract/timeouts.ts';
import { nameDeployed } from './deployed-workers.ts';
import { openHome } from './home.ts';
import { type RunningWorker, runWorker } from './run-worker.ts';
import type { TemporalServer } from './temporal-server.ts';
import { serveWorkerHttp } from './worker-http.ts';

/** A worker of a cluster: probes and metrics on `port`, and a drain at SIGTERM. Its Jobs stay, and are found again. */
export async function runDeployedWorker(
  server: TemporalServer,
  port: number,
  say: (line: string) => void,
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  Runtime.install({ shutdownSignals: [] });
  let running: RunningWorker | undefined;
  const http = await serveWorkerHttp(port, {
    explainUnready: () => explainUnready(running),
    readMetrics: () => Promise.resolve({ type: 'text/plain', text: '' }),
  });
  say(`worker for ${server.address}, namespace ${server.namespace}; probes on port ${http.port}`);
  try {
    await runWorker({
      server,
      home: openHome(),
      identify: nameDeployed,
      signal: stop.signal,
      heartbeat: DEPLOYED_HEARTBEAT,
      onRunning: (started) => {
        running = started;
      },
    });
  } finally {
    http.close();
  }
}

async function explainUnready(running: RunningWorker | undefined): Promise<string | undefined> {
  if (!running) return 'not connected to Temporal yet';
  const { connection, workers } = running;
  const idle = workers.find((worker) => worker.getState() !== 'RUNNING');
  if (idle) return `a worker is ${idle.getState()}`;
  const answered = connection.withDeadline(Date.now() + READY_PATIENCE, () =>
    connection.workflowService.getSystemInfo({}),
  );
  return answered.then(
    () => undefined,
    () => 'Temporal does not answer',
  );
}
