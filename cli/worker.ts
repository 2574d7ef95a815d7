import type { Command } from 'commander';
import { ROLLOUT_PATIENCE } from '../contract/timeouts.ts';
import { connectTemporal } from '../worker/temporal-connection.ts';
import {
  readTemporalServer,
  type TemporalServer,
  TemporalUnusable,
} from '../worker/temporal-server.ts';
import { PortTaken } from '../worker/worker-http.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';

const DEFAULT_PORT = 9464;

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run a worker in the foreground against TEMPORAL_ADDRESS')
    .option('--make-current', "send all work to this build of TEMPORAL_DEPLOYMENT_NAME's, and end")
    .action(async (options: { makeCurrent?: boolean }) => {
      const server = await readTemporalServer();
      if (!server)
        throw new TemporalUnusable(
          'TEMPORAL_ADDRESS is not set: it names the server, e.g. 127.0.0.1:7233 (ratchet run brings a worker of its own)',
        );
      if (options.makeCurrent) return promote(server);
      const port = readPort();
      const { registerSearchAttributes } = await import('../worker/search-attributes.ts');
      await registerSearchAttributes(server);
      const { runDeployedWorker } = await import('../worker/deployed-worker.ts');
      await runDeployedWorker(server, port).catch((error: unknown) => {
        throw error instanceof PortTaken ? new CliError(EXIT.environment, error.message) : error;
      });
    });
}

/** Waits for the build's workers: a rollout begins while it is called. */
async function promote(server: TemporalServer): Promise<void> {
  const { makeCurrent, readVersion } = await import('../worker/deployment.ts');
  const version = readVersion();
  if (!version)
    throw new CliError(
      EXIT.usage,
      'TEMPORAL_DEPLOYMENT_NAME is not set: without it workers have no versions, and take all work',
    );
  const connection = await connectTemporal(server);
  try {
    await makeCurrent(connection, server.namespace, version, ROLLOUT_PATIENCE);
    say(`${version.deploymentName}: all work goes to build ${version.buildId}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      EXIT.environment,
      `${version.deploymentName}: no worker of build ${version.buildId} asks for work (${why})`,
    );
  } finally {
    await connection.close();
  }
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
