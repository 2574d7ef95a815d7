import { evaluationLogPath, logPath } from './layout.ts';
import type { Store } from './store.ts';
import type { Try } from './tries.ts';

/** What the trainer of an attempt said; empty where nothing was kept. */
export function readTrainingLog(store: Store, key: string, attempt: number): Promise<string> {
  return readText(store, logPath(key, attempt));
}

/** What the trainer of a try at an evaluation said; empty where nothing was kept, as on a worker's own machine. */
export async function readEvaluationLog(
  store: Store,
  { key, pod }: Pick<Try, 'key' | 'pod'>,
): Promise<string> {
  return pod === null ? '' : readText(store, evaluationLogPath(key, pod));
}

async function readText(store: Store, path: string): Promise<string> {
  const bytes = await store.read(path);
  return bytes ? new TextDecoder().decode(bytes) : '';
}
