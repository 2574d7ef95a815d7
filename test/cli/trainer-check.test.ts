import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../boundary/rooms.ts';
import { makeFolder, ratchet } from './ratchet.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const asRoot = process.getuid?.() === 0;
/** All, but for the small disk that only root can make. */
const ALL_HOLD = asRoot ? /^23 hold, 0 broken, 0 skipped/m : /^22 hold, 0 broken, 1 skipped/m;

test('the built-in learner keeps the whole protocol', async () => {
  const file = join(root, 'examples', 'demo.yaml');
  const checked = await ratchet(['trainer', 'check', '--file', file], { cwd: makeFolder() });
  expect(checked, checked.stdout).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(ALL_HOLD),
  });
});

/** `skipIf` says so where Python is missing. */
test.skipIf(!hasPython)('examples/custom-trainer keeps it too, and its sweep runs', async () => {
  const folder = makeFolder();
  cpSync(join(root, 'examples', 'custom-trainer'), folder, { recursive: true });
  const checked = await ratchet(['trainer', 'check', '--', 'python3', 'trainer.py'], {
    cwd: folder,
  });
  expect(checked, checked.stdout).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(ALL_HOLD),
  });
  const ran = await ratchet(['run', 'sweep.yaml', '--json'], {
    cwd: folder,
    env: { RATCHET_HOME: '.home' },
  });
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('"state":"done"') });
});

test('what is broken is named, and the exit code says that there is something', async () => {
  const command = [process.execPath, join(root, 'test', 'support', 'toy-trainer.mjs')];
  const checked = await ratchet(
    ['trainer', 'check', '--json', '--only', 'protocol', '--', ...command],
    { cwd: makeFolder() },
  );
  expect(checked.code).toBe(9);
  expect(JSON.parse(checked.stdout)).toMatchObject([
    { name: 'trains', state: 'holds' },
    { name: 'protocol', state: 'broken', said: ['begins with what it has to refuse'] },
  ]);
});

test.each([
  [[], 2, /name one trainer: ratchet trainer check -- python train\.py/],
  [['--hyperparameters', '[1]', '--', 'true'], 2, /expected a JSON object, found \[1\]/],
  [['--only', 'resume', '--', 'true'], 10, /did you mean "?resumes/],
  [['--', './no-such-trainer'], 3, /cannot be started: \.\/no-such-trainer/],
])('trainer check %j ends with %i and one message', async (args, code, message) => {
  const checked = await ratchet(['trainer', 'check', ...args], { cwd: makeFolder() });
  expect(checked).toMatchObject({ code, stderr: expect.stringMatching(message) });
  expect(checked.stderr).not.toMatch(/^\s+at /m);
});
