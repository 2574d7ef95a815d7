import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { History } from '../../contract/history.ts';
import { makeFolder, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');

const STUDY = {
  version: 'ratchet/v1',
  name: 'study',
  suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 2 } },
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
  seeds: 2,
  question: { contrast: 'keep - strip' },
  trainer: { kind: 'command', command: [process.execPath, TOY], identity: 'toy' },
};

describe('what is added to a finished sweep computes only what is new', () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };

  /** Blocks trained and found, and cells predicted, by this very run. */
  const run = async (study: object) => {
    writeFileSync(join(folder, 'study.yaml'), JSON.stringify(study));
    const plan = JSON.parse(
      (await ratchet(['plan', 'study.yaml', '--json'], { cwd: folder, env })).stdout,
    ) as { cells: { compute: number } };
    const ran = await ratchet(['run', 'study.yaml', '--json'], { cwd: folder, env });
    expect(ran.code, ran.stderr).toBe(0);
    const { results } = JSON.parse(ran.stdout) as { results: string };
    const history = JSON.parse(
      readFileSync(join(dirname(results), 'history.json'), 'utf8'),
    ) as History;
    const count = (result: string): number =>
      history.blocks.filter((block) => block.result === result).length;
    const trainings = history.ledger.tries.filter(({ stage }) => stage === 'train');
    expect(
      trainings.map(({ result }) => result),
      'what was stored already costs nothing',
    ).toEqual(Array.from({ length: count('trained') }, () => 'done'));
    return { trained: count('trained'), reused: count('reused'), predicted: plan.cells.compute };
  };

  test('the sweep itself computes everything', async () => {
    expect(await run(STUDY)).toEqual({ trained: 8, reused: 0, predicted: 24 });
  });

  test('a seed', async () => {
    const added = await run({ ...STUDY, seeds: 3 });
    expect(added).toEqual({ trained: 4, reused: 8, predicted: 12 });
  });

  test('plan --explain tells of a changed field, grouped, and of nothing else', async () => {
    const trainer = { ...STUDY.trainer, hyperparameters: { epochs: 2 } };
    writeFileSync(join(folder, 'study.yaml'), JSON.stringify({ ...STUDY, trainer, seeds: 4 }));
    const args = ['plan', 'study.yaml', '--explain'];
    const { stdout } = await ratchet([...args, '--json'], { cwd: folder, env });
    const { explanations } = JSON.parse(stdout) as { explanations: object[] };
    expect(explanations).toEqual([
      {
        sign: '+',
        why: 'made from something else',
        blocks: 12,
        conditions: ['keep', 'strip'],
        seeds: [1, 2, 3],
        domains: ['travel', 'banking'],
        differences: [{ what: 'trainer.hyperparameters.epochs', before: null, after: '2' }],
        comparedWith: expect.stringMatching(/^study-[0-9a-f]{12}$/),
      },
      expect.objectContaining({ sign: '+', why: 'seed 4 is new', blocks: 4, seeds: [4] }),
    ]);
    const drawn = await ratchet(args, { cwd: folder, env });
    expect(drawn.stdout).toMatch(/\+ 12 blocks made from something else, compared with study-/);
    expect(drawn.stdout).toMatch(/keep, strip · seeds 1-3 · travel, banking/);
    expect(drawn.stdout).toMatch(/trainer\.hyperparameters\.epochs none → 2/);
  });

  test('a condition', async () => {
    const conditions = { ...STUDY.conditions, filled: { trace: 'filler' } };
    expect(await run({ ...STUDY, conditions })).toEqual({ trained: 4, reused: 8, predicted: 12 });
  });

  test('a crossing of conditions, which only predicts', async () => {
    const crossed = { trace: { train: 'keep', eval: 'strip' } };
    const conditions = { ...STUDY.conditions, crossed };
    const added = await run({ ...STUDY, conditions });
    expect(added).toMatchObject({ predicted: 8 });
    expect(added.trained).toBe(0);
  });

  test('a domain at the end', async () => {
    const stream = { domains: ['travel', 'banking', 'library'] };
    const added = await run({ ...STUDY, stream });
    // Four blocks of the new domain; their cells, and the new column of every earlier checkpoint.
    expect(added).toEqual({ trained: 4, reused: 8, predicted: 4 * 3 + 4 * 3 });
  });

  test('a metric', async () => {
    const question = { ...STUDY.question, metric: 'forgetting' };
    expect(await run({ ...STUDY, question })).toEqual({ trained: 0, reused: 8, predicted: 0 });
  });
});
