import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../contract/random.ts';
import { parsePath } from '../../store/layout.ts';
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
  const program = await buildProgram('restless-writer');
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

  for (const { kind, path, sha256 } of acknowledged) {
    if (kind === 'blob') expect(hashOf(await store.readBlob(sha256))).toBe(sha256);
    if (kind === 'object') expect((await store.digest(path))?.sha256).toBe(sha256);
  }
  for (const path of await store.list('')) {
    const bytes = (await store.read(path)) ?? new Uint8Array();
    const place = parsePath(path);
    if (place?.kind === 'blob') expect(hashOf(bytes)).toBe(place.key);
    if (path.endsWith('.json'))
      expect(JSON.parse(Buffer.from(bytes).toString())).toBeTypeOf('object');
    if (path.endsWith('.bin')) expect(bytes.length).toBeGreaterThan(0);
  }
  const pointers = acknowledged
    .filter(({ kind }) => kind === 'pointer')
    .map(({ sha256 }) => sha256);
  const pointer = Buffer.from((await store.read('pointer.json')) ?? '').toString();
  const target = (JSON.parse(pointer) as { sha256: string }).sha256;
  expect(await store.hasBlob(target)).toBe(true);
  expect(pointers.length).toBeGreaterThan(KILLS / 2);
}, 60_000);

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
