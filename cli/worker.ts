import type { Command } from 'commander';
import { readTemporalServer, TemporalUnusable } from '../worker/temporal-server.ts';
import { PortTaken } from '../worker/worker-http.ts';
import { CliError, EXIT } from './exit-codes.ts';

const DEFAULT_PORT = 9464;

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run a worker in the foreground against TEMPORAL_ADDRESS')
    .action(async () => {
      const server = await readTemporalServer();
      if (!server)
        throw new TemporalUnusable(
          'TEMPORAL_ADDRESS is not set: it names the server, e.g. 127.0.0.1:7233 (ratchet run brings a worker of its own)',
        );
      const port = readPort();
      const { registerSearchAttributes } = await import('../worker/search-attributes.ts');
      await registerSearchAttributes(server);
      const { runDeployedWorker } = await import('../worker/deployed-worker.ts');
      await runDeployedWorker(server, port).catch((error: unknown) => {
        throw error instanceof PortTaken ? new CliError(EXIT.environment, error.message) : error;
      });
    });
}

/** `RATCHET_HTTP_PORT`; 0 takes any free one. */
function readPort(): number {
  const text = process.env['RATCHET_HTTP_PORT'] || String(DEFAULT_PORT);
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new CliError(
    EXIT.usage,
    `RATCHET_HTTP_PORT is ${text}: a port is a number from 0 (any free one) to 65535`,
  );
}
