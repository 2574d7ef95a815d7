import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../boundary/rooms.ts';
import { Cluster, readResults, Workplace } from './sweeps.ts';

const readExample = (): string => readFileSync(join(root, 'examples', 'cluster.yaml'), 'utf8');

test('examples/cluster.yaml in pods gives the bytes of the same sweep on this machine, and leaves nothing', async () => {
  const workplace = new Workplace();
  const mnt = join(workplace.folder, 'mnt');
  workplace.write('cluster.yaml', readExample().replaceAll('/mnt/ratchet', mnt));
  const {
    compute: _compute,
    store: _store,
    ...rest
  } = parse(readExample()) as Record<string, unknown>;
  workplace.write('local.yaml', stringify(rest));

  const inPods = await workplace.ratchet('run', 'cluster.yaml', '--json');
  expect(inPods, inPods.stderr).toMatchObject({ code: 0 });
  expect(await new Cluster().listLeft()).toEqual([]);
  const here = await workplace.ratchet('run', 'local.yaml', '--json');
  expect(here, here.stderr).toMatchObject({ code: 0 });
  expect(readResults(inPods)).toBe(readResults(here));
  expect(readResults(inPods)).toContain('"missing": 0');
});
