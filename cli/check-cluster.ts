import { CausedError, CAUSES } from '../contract/causes.ts';
import type { ApiServer } from '../k8s/read-server.ts';
import type { Sweep } from '../spec/sweep.ts';
import { type Check, failed, passed } from './check.ts';
import { judgeClock } from './check-clock.ts';

/** A person waits for the answer. */
const PATIENCE = 5_000;

/** Whether the cluster of a sweep file answers and allows what is needed; nothing where the file names none. */
export async function checkCluster({ compute }: Sweep): Promise<Check[]> {
  if (compute.kind !== 'kubernetes') return [];
  const { context, namespace } = compute;
  // Heavy to load, and needed by few.
  const { openCluster } = await import('../k8s/cluster.ts');
  const { findMissingRights } = await import('../k8s/check-rights.ts');
  const { OLDEST_MINOR, readServer } = await import('../k8s/read-server.ts');
  try {
    const cluster = openCluster(context);
    const server = await readServer(cluster, PATIENCE);
    return [
      judgeVersion(server, OLDEST_MINOR),
      judgeClock("the API server's clock", server.skew),
      judgeRights(await findMissingRights(cluster, namespace, PATIENCE), namespace),
    ];
  } catch (error) {
    if (!(error instanceof CausedError)) throw error;
    return [failed('cluster', error.message, CAUSES[error.causeName].mend)];
  }
}

function judgeVersion({ version, minor }: ApiServer, oldest: number): Check {
  if (minor >= oldest) return passed('kubernetes', version);
  return failed(
    'kubernetes',
    version,
    `use Kubernetes 1.${oldest} or newer: carriers are sidecars`,
  );
}

function judgeRights(missing: string[], namespace: string): Check {
  if (missing.length === 0)
    return passed('cluster', `namespace ${namespace}: every right that is needed`);
  const mend = `a Role in namespace ${namespace} that allows: ${missing.join(', ')}`;
  return failed('cluster', `${missing.length} rights are missing`, mend);
}
