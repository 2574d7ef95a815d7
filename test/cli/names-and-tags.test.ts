import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, type Ended, STUDY } from './study.ts';

const desk = new Desk();
let ended: Ended;

beforeAll(async () => {
  desk.write({ ...STUDY, tags: { team: 'tools' }, notes: 'The first try.' });
  ended = await desk.ask('run', 'study.yaml');
});

interface Planned {
  sweep: string;
  blocks: { stored: number; compute: number };
  cells: { stored: number; compute: number };
}

describe('names, tags and notes are outside keys', () => {
  test('other tags and notes are the same sweep, and show from the next run on', async () => {
    const before = readFileSync(ended.results);
    desk.write({ ...STUDY, tags: { team: 'tools', stage: 'pilot' }, notes: 'Still the first.' });
    const again = await desk.ask<Ended>('run', 'study.yaml');
    expect(again.sweep).toBe(ended.sweep);
    expect(readFileSync(again.results)).toEqual(before);
    expect(await desk.ask('status')).toMatchObject({
      tags: { team: 'tools', stage: 'pilot' },
      notes: 'Still the first.',
    });
    expect(await desk.ask('logs')).toHaveLength(8);
  });

  test('another name is another sweep of which everything stands', async () => {
    desk.write({ ...STUDY, name: 'renamed' });
    const { sweep, blocks, cells } = await desk.ask<Planned>('plan', 'study.yaml');
    expect(sweep).toMatch(/^renamed-/);
    expect(blocks).toMatchObject({ stored: 8, compute: 0 });
    expect(cells).toMatchObject({ stored: 24, compute: 0 });
    const { results } = await desk.ask<Ended>('run', 'study.yaml');
    const named = readFileSync(results, 'utf8').replaceAll(sweep, ended.sweep);
    expect(named.replace('"renamed"', '"study"')).toBe(readFileSync(ended.results, 'utf8'));
  });

  test('status lists sweeps by tags', async () => {
    const ids = async (...tags: string[]): Promise<string[]> =>
      (await desk.ask<{ sweep: string }[]>('status', ...tags)).map(({ sweep }) => sweep);
    expect(await ids('--all')).toHaveLength(2);
    expect(await ids('--tag', 'team=tools', '--tag', 'stage=pilot')).toEqual([ended.sweep]);
    expect(await ids('--tag', 'team=others')).toEqual([]);
    const { stdout } = await desk.call(['status', '--tag', 'team=tools']);
    expect(stdout).toMatch(/TAGS +NOTES\n.*stage=pilot team=tools +Still the first\./);
    const wrong = await desk.call(['status', '--tag', 'team']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/key=value was expected, like team=tools/);
  });
});
