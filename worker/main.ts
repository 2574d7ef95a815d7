import { openHome } from './home.ts';
import { createLog, readLevel } from './log.ts';
import { runWorker } from './run-worker.ts';
import { installRuntime } from './telemetry.ts';
import { embeddedServer, readTemporalServer } from './temporal-server.ts';

/** The supervisor's worker: trainers are processes of this machine, and it ends with its supervisor. */
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
process.once('disconnect', () => stop.abort());
const { observer, tracer } = installRuntime(createLog('text', readLevel()));
try {
  await runWorker({
    server: (await readTemporalServer()) ?? embeddedServer('127.0.0.1:7233'),
    home: openHome(),
    identify: (processName) => processName,
    observer,
    tracer,
    signal: stop.signal,
  });
} finally {
  // The channel to the supervisor alone would keep this process alive.
  if (process.connected) process.disconnect();
}
