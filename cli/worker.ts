import type { Command } from 'commander';
import { registerSearchAttributes } from '../worker/search-attributes.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';

async function reach(address: string): Promise<void> {
  try {
    await registerSearchAttributes(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.environment, `Temporal at ${address}: ${why}`);
  }
}

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run a worker in the foreground against TEMPORAL_ADDRESS')
    .action(async () => {
      const address = process.env['TEMPORAL_ADDRESS'];
      if (!address)
        throw new CliError(
          EXIT.environment,
          'TEMPORAL_ADDRESS is not set: it names the server, e.g. 127.0.0.1:7233 (ratchet run brings a worker of its own)',
        );
      await reach(address);
      say(`worker for ${address}; Ctrl-C stops it after its trainers have saved a checkpoint`);
      await import('../worker/main.ts');
    });
}
