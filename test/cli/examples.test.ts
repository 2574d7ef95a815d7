import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, STUDY } from './study.ts';

const desk = new Desk();
const SHORT = {
  ...STUDY,
  conditions: { ...STUDY.conditions, few: { trace: 'filler', limit: 2 } },
  trainer: { kind: 'builtin', hyperparameters: { maxPromptTokens: 500 } },
};

beforeAll(() => {
  desk.write(STUDY);
  desk.write(SHORT, 'short.yaml');
});

async function draw(columns: number): Promise<string[]> {
  const args = ['examples', 'short.yaml', '--domain', 'travel', '-n', '1'];
  return (await desk.call(args, { COLUMNS: String(columns) })).stdout.split('\n');
}

function longest(lines: string[]): number {
  return Math.max(...lines.map(({ length }) => length));
}

describe('examples', () => {
  test('are shown side by side where there is room, else one after another', async () => {
    const [wide, narrow] = [await draw(160), await draw(80)];
    expect(wide.filter((line) => /^keep +│ strip$/.test(line))).toHaveLength(1);
    expect(narrow.filter((line) => /^(keep|strip)$/.test(line))).toEqual(['keep', 'strip']);
    expect(longest(wide)).toBe(160);
    expect(longest(narrow)).toBe(80);
    for (const lines of [wide, narrow]) {
      expect(lines.some((line) => line.startsWith('-  result'))).toBe(true);
      expect(lines.some((line) => line.startsWith(' > target'))).toBe(true);
    }
  });

  test('tell what the trainer cuts and what a condition leaves out', async () => {
    interface Shown {
      examples: { prompts: { leftOut: string | null; size: { turnsLost: number } }[] }[];
      renderings: { counts: { truncatedTurns: number } }[];
    }
    const args = ['short.yaml', '--condition', 'keep', '--condition', 'few', '-n', '99'];
    const { examples, renderings } = await desk.ask<Shown>('examples', ...args);
    const cut = examples.reduce((sum, { prompts }) => sum + (prompts[0]?.size.turnsLost ?? 0), 0);
    expect(cut).toBe(renderings[0]?.counts.truncatedTurns);
    expect(cut).toBeGreaterThan(0);
    const taken = examples.filter(({ prompts }) => prompts[1]?.leftOut === null);
    expect(taken).toHaveLength(2);
    const { stdout } = await desk.call(['examples', ...args, '--side', 'train']);
    expect(stdout).toMatch(/^left out: beyond limit 2$/m);
    expect(stdout).toMatch(/^ x user/m);
  });

  test('are written as one HTML file that loads nothing', async () => {
    const file = join(desk.folder, 'examples.html');
    const { code, stderr } = await desk.call(['examples', 'short.yaml', '--html', file]);
    expect(code, stderr).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text.match(/<table>/g)).toHaveLength(3);
    expect(text).toMatch(/<th scope="col">keep<br>.*trace: keep; \d+ tokens, \d+ carry loss/);
    expect(text).toMatch(/<td class="only"><span class="role">- result<\/span><pre>\{&quot;/);
    expect(text).toMatch(/<td class="loss"><span class="role">&gt; target/);
    expect(text).toMatch(/class="same cut"><span class="role">x user/);
    expect(text).not.toMatch(/<script|https?:/);
    const nowhere = await desk.call(['examples', 'short.yaml', '--html', 'none/x.html']);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/cannot be written/) });
  });

  test('on the held-out side carry no loss', async () => {
    const { stdout } = await desk.call([
      'examples',
      'study.yaml',
      '--side',
      'held-out',
      '--seed',
      '2',
    ]);
    expect(stdout).toMatch(/^ {3}target/m);
    expect(stdout).not.toMatch(/^ > target/m);
  });

  test('that are not there are one message with the names that are', async () => {
    const asked = {
      '--condition kepe': /no condition kepe: there are keep, strip; did you mean keep\?/,
      '--domain clinic': /no domain clinic: there are travel, banking/,
      '--seed 9': /no seed 9: there are 1, 2/,
      '--id nothing': /no example nothing in domain travel, training side: .* like travel-1/,
    };
    for (const [options, message] of Object.entries(asked)) {
      const ran = await desk.call(['examples', 'study.yaml', ...options.split(' ')]);
      expect(ran).toMatchObject({ code: 10, stdout: '' });
      expect(ran.stderr).toMatch(message);
    }
  });
});
