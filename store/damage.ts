import type { z } from 'zod';
import { damagePath, mendedPath } from './layout.ts';
import {
  createRecord,
  damageSchema,
  type mendedSchema,
  readRecord,
  unlessDamaged,
} from './records.ts';
import type { Store } from './store.ts';

type Damage = z.infer<typeof damageSchema>;

/** The rounds so far, and the last of them if it concerns this generation and is not mended. */
export async function readDamage(
  store: Store,
  key: string,
  generation: number,
): Promise<{ round: number; open: Pick<Damage, 'reasons' | 'pruned'> | null }> {
  for (let round = 0, open: Pick<Damage, 'reasons' | 'pruned'> | null = null; ; round++) {
    const path = damagePath(key, round + 1);
    const bytes = await store.read(path);
    if (bytes === undefined) return { round, open };
    const damage = await unlessDamaged(readRecord(store, path, damageSchema));
    const mended = await store.read(mendedPath(key, round + 1));
    const past = mended !== undefined || (damage && damage.generation !== generation);
    open = past ? null : (damage ?? { reasons: [`${path} is unreadable`] });
  }
}

/** Why the block was found damaged, each time. That it was pruned is no damage. */
export async function listDamage(store: Store, key: string): Promise<string[][]> {
  const reasons: string[][] = [];
  for (let round = 1; ; round++) {
    const damage = await readRecord(store, damagePath(key, round), damageSchema);
    if (damage === undefined) return reasons;
    if (!damage.pruned) reasons.push(damage.reasons);
  }
}

/** Begins a round, unless it has begun. */
export async function recordRound(store: Store, damage: Omit<Damage, 'format'>): Promise<void> {
  await createRecord(store, damagePath(damage.key, damage.round), { format: 1, ...damage });
}

export async function recordMended(
  store: Store,
  mended: Omit<z.infer<typeof mendedSchema>, 'format'>,
): Promise<void> {
  await createRecord(store, mendedPath(mended.key, mended.round), { format: 1, ...mended });
}
