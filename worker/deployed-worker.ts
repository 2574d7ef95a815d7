import { DEPLOYED_HEARTBEAT, READY_PATIENCE } from '../contract/timeouts.ts';
import { nameDeployed, shortBuild } from './deployed-workers.ts';
import { readVersion } from './deployment.ts';
import { openHome } from './home.ts';
import { createLog, readLevel } from './log.ts';
import { type RunningWorker, runWorker } from './run-worker.ts';
import type { TemporalServer } from './temporal-server.ts';
import { installMeasuredRuntime, type Telemetry } from './telemetry.ts';
import { serveWorkerHttp } from './worker-http.ts';

const NO_METRICS = { type: 'text/plain', text: '' };

/** A worker of a cluster: probes and metrics on `port`, and a drain at SIGTERM. Its Jobs stay, and are found again. */
export async function runDeployedWorker(server: TemporalServer, port: number): Promise<void> {
  const log = createLog('json', readLevel());
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log('info', `${signal}: the worker hands back what it follows, and ends`);
      stop.abort();
    });
  let running: RunningWorker | undefined;
  let telemetry: Telemetry | undefined;
  // Before the runtime, which would keep a process alive whose port is taken.
  const http = await serveWorkerHttp(port, {
    explainUnready: () => explainUnready(running),
    readMetrics: async () => telemetry?.readMetrics() ?? NO_METRICS,
  });
  telemetry = await installMeasuredRuntime(log);
  const { observer, tracer } = telemetry;
  const { address, namespace } = server;
  const version = readVersion();
  const build = version?.buildId ?? shortBuild();
  log('info', 'worker starts', { address, namespace, port: http.port, build });
  try {
    await runWorker({
      server,
      home: openHome(),
      identify: nameDeployed,
      observer,
      tracer,
      version,
      signal: stop.signal,
      heartbeat: DEPLOYED_HEARTBEAT,
      onRunning: (started) => {
        running = started;
      },
    });
    log('info', 'worker ended');
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
