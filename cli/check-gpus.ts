import { findGpus, findLack, type FoundGpus } from '../compute/find-gpus.ts';
import { GpuLeases } from '../compute/gpu-leases.ts';
import { gpusOf } from '../plan/training-settings.ts';
import type { Sweep } from '../spec/sweep.ts';
import { readTemporalServer } from '../worker/temporal-server.ts';
import { type Check, failed, passed } from './check.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** The GPUs of this machine for a sweep whose trainers hold some; undefined: they hold none. */
export async function surveyGpus(sweep: Sweep): Promise<FoundGpus | undefined> {
  return (await readWanted(sweep)) === 0 ? undefined : findGpus();
}

/** Throws a `CliError` where they are too few. */
export function refuseLack(file: string, { compute }: Sweep, found: FoundGpus | undefined): void {
  const lack = found && findLack(found, gpusOf({ compute }));
  if (lack) throw new CliError(EXIT.spec, `${file}: ${lack.found}\nmend: ${lack.mend}`);
}

/** What there is of GPUs, who holds them, and whether they are enough for a sweep file. */
export async function checkGpus(sweep?: Sweep): Promise<Check> {
  const name = 'gpus';
  const found = await findGpus();
  const lack = sweep && findLack(found, await readWanted(sweep));
  return lack ? failed(name, lack.found, lack.mend) : passed(name, await describeGpus(found));
}

async function describeGpus({ gpus, source }: FoundGpus): Promise<string> {
  if (gpus.length === 0) return `none (${source})`;
  const held = await new GpuLeases().findHeld();
  const lines = gpus.map(({ id, number, model }) => {
    const worker = held.get(id);
    const by = worker ? `, held by worker ${worker.pid}` : '';
    return `${`${number} ${model}`.trim() || id}${by}`;
  });
  return `${gpus.length}: ${lines.join('; ')}`;
}

/** Of this machine. Where a Temporal server is named, workers elsewhere may do the work, and tell for themselves. */
async function readWanted({ compute }: Sweep): Promise<number> {
  if (compute.kind !== 'local' || (await readTemporalServer())) return 0;
  return compute.gpus;
}
