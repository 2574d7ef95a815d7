import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../store/open-store.ts';

/** Arguments: store URL, scratch folder, name. Writes blobs, files, records and a pointer until killed; prints what is acknowledged. */
const [url = '', scratch = '', name = ''] = process.argv.slice(2);
const store = await openStore(url);
const acknowledge = (kind: string, path: string, sha256: string): boolean =>
  process.stdout.write(`${JSON.stringify({ kind, path, sha256 })}\n`);

for (let turn = 0; ; turn++) {
  const bytes = Buffer.alloc(1 + ((turn * 7919) % 300_000), `${name} ${turn} `);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = join(scratch, `${name}.bin`);
  await writeFile(file, bytes);
  const blob = turn % 2 === 0 ? await store.putBlobFile(file) : await store.putBlob(bytes);
  acknowledge('blob', '', blob.sha256);
  const path = `made/${name}/${turn}`;
  await store.putFile(`${path}.bin`, file);
  acknowledge('object', `${path}.bin`, sha256);
  const record = new TextEncoder().encode(JSON.stringify({ turn, sha256 }));
  await store.create(`${path}.json`, record);
  acknowledge('object', `${path}.json`, createHash('sha256').update(record).digest('hex'));
  await store.replace('pointer.json', record);
  acknowledge('pointer', 'pointer.json', sha256);
}
