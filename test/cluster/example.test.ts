import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../boundary/rooms.ts';
import { Cluster } from './cluster.ts';
import { USER } from './setup.ts';
import { readResults, Workplace } from './workplace.ts';

const EXAMPLE = readFileSync(join(root, 'examples', 'cluster.yaml'), 'utf8');
const cluster = new Cluster();

interface Ended {
  workplace: Workplace;
  results: string;
}

/** The same study on this machine. */
async function runHere(): Promise<Ended> {
  const workplace = new Workplace();
  const { compute: _, store: __, ...rest } = parse(EXAMPLE) as Record<string, unknown>;
  workplace.write('cluster.yaml', stringify(rest));
  return runFile(workplace);
}

async function runFile(workplace: Workplace): Promise<Ended> {
  const ran = await workplace.ratchet('run', 'cluster.yaml', '--json');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(await cluster.listLeft()).toEqual([]);
  return { workplace, results: readResults(ran) };
}

test('examples/cluster.yaml, as it is, gives the bytes of the same sweep on this machine, and leaves nothing', async () => {
  const here = await runHere();
  const workplace = new Workplace();
  workplace.store = 's3://training/cluster';
  workplace.write('cluster.yaml', EXAMPLE);
  const { results } = await runFile(workplace);
  expect(results).toBe(here.results);
  expect(results).toContain('"missing": 0');
});

test('with a store of files that pods and workers share it gives the same bytes', async () => {
  const here = await runHere();
  const workplace = new Workplace();
  const mnt = join(workplace.folder, 'mnt');
  mkdirSync(mnt);
  chownSync(mnt, USER, USER);
  workplace.store = `file://${mnt}/store`;
  const { compute, ...rest } = parse(EXAMPLE) as { compute: object };
  // A folder of the node is no volume that `restricted` allows.
  const volumes = [{ name: 'store', path: mnt, hostPath: mnt, containers: 'carrier' }];
  const onFiles = { ...compute, namespace: 'default', secrets: [], volumes };
  workplace.write('cluster.yaml', stringify({ ...rest, compute: onFiles, store: workplace.store }));
  expect((await runFile(workplace)).results).toBe(here.results);
});
