import { CausedError, CAUSES } from '../contract/causes.ts';
import type { Sweep } from '../spec/sweep.ts';
import type { Check } from './doctor.ts';

/** A person waits for the answer. */
const PATIENCE = 5_000;

/** Whether the cluster of a sweep file answers and allows what is needed; undefined where the file names none. */
export async function checkCluster({ compute }: Sweep): Promise<Check | undefined> {
  if (compute.kind !== 'kubernetes') return undefined;
  const { context, namespace } = compute;
  const name = 'cluster';
  // Heavy to load, and needed by few.
  const { openCluster } = await import('../k8s/cluster.ts');
  const { findMissingRights } = await import('../k8s/check-rights.ts');
  try {
    const missing = await findMissingRights(openCluster(context), namespace, PATIENCE);
    if (missing.length === 0)
      return { name, ok: true, found: `namespace ${namespace}: every right that is needed` };
    const mend = `a Role in namespace ${namespace} that allows: ${missing.join(', ')}`;
    return { name, ok: false, found: `${missing.length} rights are missing`, mend };
  } catch (error) {
    if (!(error instanceof CausedError)) throw error;
    return { name, ok: false, found: error.message, mend: CAUSES[error.causeName].mend };
  }
}
