import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CostEstimate } from '../../cli/estimate-cost.ts';
import type { History } from '../../contract/history.ts';
import { makeFolder, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');

const STUDY = {
  version: 'ratchet/v1',
  name: 'study',
  suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 2 } },
  stream: { domains: ['travel', 'banking', 'library'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: 2,
  parallelism: 1,
  trainer: { kind: 'command', command: [process.execPath, TOY], identity: 'toy' },
};

/** Less than the start of any trainer takes. */
const SPENT_AT_ONCE = { computeHours: 1e-6 };

test('a sweep stops at its budget and says so; with a larger one it goes on and computes nothing twice', async () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };
  const run = async (given: object) => {
    writeFileSync(join(folder, 'study.yaml'), JSON.stringify({ ...STUDY, ...given }));
    const ran = await ratchet(['run', 'study.yaml', '--json'], { cwd: folder, env });
    const end = JSON.parse(ran.stdout) as { state: string; results: string };
    const history = readFileSync(join(dirname(end.results), 'history.json'), 'utf8');
    return { ...ran, ...end, history: JSON.parse(history) as History };
  };
  const stopped = await run({ budget: SPENT_AT_ONCE });
  expect(stopped).toMatchObject({ code: 7, state: 'budget' });
  expect(stopped.stderr).toContain('its budget is used up: raise it in the file');
  const results = stopped.history.blocks.map(({ result }) => result);
  expect(results).toEqual(['trained', 'missing', 'missing', 'missing', 'missing', 'missing']);

  const again = await run({ budget: SPENT_AT_ONCE });
  expect(again).toMatchObject({ code: 7, state: 'budget' });
  expect(again.history.ledger.tries, 'what was used up stays used up').toEqual(
    stopped.history.ledger.tries,
  );

  const planned = await ratchet(['plan', 'study.yaml', '--json'], { cwd: folder, env });
  const { cost } = JSON.parse(planned.stdout) as { cost: CostEstimate };
  expect(cost).toMatchObject({ unit: 'processor' });
  expect(cost.trainSeconds).toBeGreaterThan(0);

  const done = await run({ budget: { computeHours: 1 } });
  expect(done).toMatchObject({ code: 0, state: 'done' });
  const trained = done.history.ledger.tries.filter(({ stage }) => stage === 'train');
  expect(trained.map(({ result }) => result)).toEqual(Array.from({ length: 6 }, () => 'done'));
});
