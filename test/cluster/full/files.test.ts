import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { EXAMPLE, runExample, runExampleHere } from '../example.ts';
import { USER } from '../setup.ts';
import { Workplace } from '../workplace.ts';

test('a store of files that pods and workers share gives the same bytes', async () => {
  const workplace = new Workplace();
  const mnt = join(workplace.folder, 'mnt');
  mkdirSync(mnt);
  chownSync(mnt, USER, USER);
  workplace.store = `file://${mnt}/store`;
  const { compute, ...rest } = parse(EXAMPLE) as { compute: object };
  // A folder of the node is no volume that `restricted` allows.
  const volumes = [{ name: 'store', path: mnt, hostPath: mnt, containers: 'carrier' }];
  const onFiles = { ...compute, namespace: 'default', secrets: [], volumes };
  const file = stringify({ ...rest, compute: onFiles, store: workplace.store });
  expect(await runExample(workplace, file)).toBe(await runExampleHere());
});
