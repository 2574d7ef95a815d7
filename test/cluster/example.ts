import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../boundary/rooms.ts';
import { Cluster } from './cluster.ts';
import { readResults, Workplace } from './workplace.ts';

export const EXAMPLE = readFileSync(join(root, 'examples', 'cluster.yaml'), 'utf8');

/** The text of its results on this machine, without a cluster. */
export function runExampleHere(): Promise<string> {
  const { compute: _, store: __, ...rest } = parse(EXAMPLE) as Record<string, unknown>;
  return runExample(new Workplace(), stringify(rest));
}

/** The text of the results of a file, which must be done and leave nothing. */
export async function runExample(workplace: Workplace, file: string): Promise<string> {
  workplace.write('cluster.yaml', file);
  const ran = await workplace.ratchet('run', 'cluster.yaml', '--json');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(await new Cluster().listLeft()).toEqual([]);
  return readResults(ran);
}
