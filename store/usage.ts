import { type ObjectKind, parsePath } from './layout.ts';
import type { StoredObject } from './store.ts';

/** How many objects of a kind there are, and their bytes. `foreign`: nothing that Ratchet knows. */
export interface Usage {
  kind: ObjectKind | 'foreign';
  objects: number;
  bytes: number;
}

/** One row a kind that there is, the largest first. */
export function sumByKind(objects: StoredObject[]): Usage[] {
  const rows = new Map<Usage['kind'], Usage>();
  for (const { path, size } of objects) {
    const kind = parsePath(path)?.kind ?? 'foreign';
    const row = rows.get(kind) ?? { kind, objects: 0, bytes: 0 };
    rows.set(kind, { kind, objects: row.objects + 1, bytes: row.bytes + size });
  }
  return [...rows.values()].toSorted((a, b) => b.bytes - a.bytes);
}
