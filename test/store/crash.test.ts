import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../contract/random.ts';
import { blobPath, parsePath } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import { buildProgram, startChild } from './child.ts';
import { temporaryFolder, temporaryStore } from './support.ts';

interface Acknowledged {
  kind: 'blob' | 'object' | 'pointer';
  path: string;
  sha256: string;
}

const KILLS = 12;

test('writers killed at any moment lose nothing acknowledged and show nothing half', async () => {
  const { store } = await temporaryStore();
  const scratch = await temporaryFolder();
  const program = await buildProgram(new URL('./restless-writer.ts', import.meta.url));
  const random = createRandom(7);
  const acknowledged: Acknowledged[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startChild<Acknowledged>(program, store.url, scratch, `writer-${kill}`);
    while (child.lines.length < 4) await sleep(5);
    await sleep(random.next() * 80);
    child.process.kill('SIGKILL');
    await child.ended;
    acknowledged.push(...child.lines);
  }

  const paths = acknowledged.map(({ path, sha256 }) => path || blobPath(sha256));
  const kept = await Promise.all(paths.map((path) => store.digest(path)));
  const lost = acknowledged.filter(
    ({ kind, sha256 }, index) => kind !== 'pointer' && kept[index]?.sha256 !== sha256,
  );
  expect(lost).toEqual([]);
  expect(await listHalfObjects(store)).toEqual([]);
  const pointers = acknowledged
    .filter(({ kind }) => kind === 'pointer')
    .map(({ sha256 }) => sha256);
  const pointer = Buffer.from((await store.read('pointer.json')) ?? '').toString();
  const target = (JSON.parse(pointer) as { sha256: string }).sha256;
  expect(await store.hasBlob(target)).toBe(true);
  expect(pointers.length).toBeGreaterThan(KILLS / 2);
}, 60_000);

async function listHalfObjects(store: Store): Promise<string[]> {
  const half: string[] = [];
  for (const path of await store.list('')) {
    const bytes = (await store.read(path)) ?? new Uint8Array();
    const place = parsePath(path);
    const whole = path.endsWith('.json')
      ? bytes.at(-1) === '}'.charCodeAt(0)
      : bytes.length > 0 && (place?.kind !== 'blob' || hashOf(bytes) === place.key);
    if (!whole) half.push(path);
  }
  return half;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
