import { expect, test } from 'vitest';
import { EXAMPLE, runExample, runExampleHere } from './example.ts';
import { Workplace } from './workplace.ts';

test('examples/cluster.yaml, as it is, gives the bytes of the same sweep on this machine, and leaves nothing', async () => {
  const workplace = new Workplace();
  workplace.store = 's3://training/cluster';
  const results = await runExample(workplace, EXAMPLE);
  expect(results).toContain('"missing": 0');
  expect(results).toBe(await runExampleHere());
});
