import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Results, RunResult } from '../../contract/results.ts';
import { makeFolder, type Ran, ratchet } from './ratchet.ts';

const SWEEP = `
version: ratchet/v1
name: conditions
suite: { kind: builtin, dialoguesPerDomain: { train: 6, heldOut: 3 }, chainLength: { min: 2, max: 2 } }
stream: { domains: [travel, banking] }
conditions:
  keep: { trace: keep }
  strip: { trace: strip }
  crossed: { trace: { train: keep, eval: strip } }
  shuffled: { trace: shuffle }
  filled: { trace: filler }
  matched: { trace: keep, tokens: match(strip) }
  joint: { trace: keep, strategy: joint }
  base: { trace: keep, strategy: zero-shot }
  replayed: { trace: keep, replay: 0.5 }
  own: { trace: keep, render: ./own.ts }
seeds: 1
trainer: { kind: builtin, hyperparameters: { epochs: 1, tableBits: 14 } }
`;

const OWN = `
interface Message { role: string; tool_calls?: unknown }
export function render({ messages }: { messages: Message[] }): Message[] {
  return messages.filter((message) => message.role !== 'tool' && !message.tool_calls);
}
`;

describe('a sweep of every kind of condition', () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };
  const call = (...args: string[]): Promise<Ran> => ratchet(args, { cwd: folder, env });
  let results: Results;

  beforeAll(async () => {
    writeFileSync(join(folder, 'sweep.yaml'), SWEEP);
    writeFileSync(join(folder, 'own.ts'), OWN);
    const { stdout } = await call('run', 'sweep.yaml', '--json');
    results = JSON.parse(readFileSync((JSON.parse(stdout) as { results: string }).results, 'utf8'));
  });

  const runOf = (condition: string): RunResult => {
    const [run] = results.conditions[condition]?.runs ?? [];
    if (!run) throw new Error(`no run of ${condition}`);
    return run;
  };
  const keysOf = (condition: string): string[] => runOf(condition).blocks.map(({ key }) => key);
  const tokensOf = (condition: string, split: 'train' | 'held-out'): number[] =>
    results.data.counts
      .filter((count) => count.condition === condition && count.split === split)
      .map(({ tokens }) => tokens);

  test('leaves no cell without a result', () => {
    expect(results.cells.missing).toBe(0);
    expect(results.cells.planned).toBeGreaterThan(0);
  });

  test('a crossing trains nothing: its blocks are those of the condition that trains alike', () => {
    expect(keysOf('crossed')).toEqual(keysOf('keep'));
    expect(tokensOf('crossed', 'held-out')).toEqual(tokensOf('strip', 'held-out'));
  });

  test('a function of one’s own that renders as strip does gives its blocks', () => {
    expect(keysOf('own')).toEqual(keysOf('strip'));
    expect(runOf('own').matrix).toEqual(runOf('strip').matrix);
  });

  test('joint training and the base have one row, and no metric that compares rows', () => {
    for (const condition of ['joint', 'base']) {
      const { matrix, metrics } = runOf(condition);
      expect(matrix).toHaveLength(1);
      expect(metrics.averageAccuracy).not.toBeNull();
      expect([metrics.bwt, metrics.fwt, metrics.forgetting, metrics.aulc]).toEqual(
        Array.from({ length: 4 }, () => null),
      );
    }
    expect(runOf('base').matrix).toEqual([runOf('keep').zeroShot]);
    expect(runOf('joint').blocks).toMatchObject([{ domain: 'joint' }]);
  });

  test('matched tokens stay within those of the other condition, and come close', () => {
    const [matched, strip, keep] = ['matched', 'strip', 'keep'].map((name) =>
      tokensOf(name, 'train'),
    );
    for (const [index, tokens] of (matched ?? []).entries()) {
      expect(tokens).toBeLessThanOrEqual(strip?.[index] ?? 0);
      expect(tokens).toBeGreaterThan(0.7 * (strip?.[index] ?? 0));
      expect(tokens).toBeLessThan(keep?.[index] ?? 0);
    }
  });

  test('filler is as long as the trace that it replaces, to the token', () => {
    expect(tokensOf('filled', 'train')).toEqual(tokensOf('keep', 'train'));
    expect(tokensOf('filled', 'held-out')).toEqual(tokensOf('keep', 'held-out'));
  });

  test('replay starts from the same first block and adds to the second', () => {
    const [first, second] = keysOf('replayed');
    expect(first).toBe(keysOf('keep')[0]);
    expect(second).not.toBe(keysOf('keep')[1]);
  });

  test('says of each condition how it differs', () => {
    expect(Object.values(results.conditions).map(({ description }) => description)).toEqual([
      'trace: keep',
      'trace: strip',
      'trace: { train: keep, eval: strip }',
      'trace: shuffle',
      'trace: filler',
      'trace: keep, tokens: match(strip)',
      'trace: keep, strategy: joint',
      'trace: keep, strategy: zero-shot',
      'trace: keep, replay: 0.5',
      'trace: keep, render: ./own.ts',
    ]);
  });

  test('a changed function is another sweep; a broken one is one message', async () => {
    writeFileSync(join(folder, 'own.ts'), OWN.replace('!message.tool_calls', 'true'));
    const changed = JSON.parse((await call('plan', 'sweep.yaml', '--json')).stdout) as {
      sweep: string;
      blocks: { compute: number };
    };
    expect(changed.sweep).not.toBe(results.sweep.id);
    expect(changed.blocks.compute).toBe(2);
    writeFileSync(join(folder, 'own.ts'), 'export function render( {');
    const broken = await call('validate', 'sweep.yaml');
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(/own\.ts:1:\d+: cannot be compiled/);
    expect(broken.stderr).not.toMatch(/\n\s+at /);
  });
});
