import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeSample } from '../../cli/trainer-sample.ts';
import type { CheckResult } from '../../compute/conformance/check.ts';
import { checkTrainer } from '../../compute/conformance/check-trainer.ts';
import { Lab } from '../../compute/conformance/lab.ts';
import { TRAINER_GRACE } from '../../contract/timeouts.ts';

const TRAINER = join(import.meta.dirname, '..', 'support', 'faulty-trainer.mjs');
const DATA = makeSample(3);

async function check(defect: string, only?: string[]): Promise<CheckResult[]> {
  const slow = defect === 'stops without a checkpoint'; // There has to be something between two checkpoints.
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const command = [
    'env',
    `DEFECT=${defect}`,
    `STEP_MS=${slow ? 30 : 1}`,
    process.execPath,
    TRAINER,
  ];
  const subject = { trainer: { command }, hyperparameters: {}, deterministic: true };
  // Only of these all of the grace is waited for.
  const ignores = ['deaf', 'outlives its parent', 'predicts on', 'predicts for nobody'];
  const grace = ignores.includes(defect) ? 1500 : TRAINER_GRACE;
  const lab = new Lab({ subject, data: DATA, folder, patience: 20_000, grace });
  const results = [];
  for await (const result of checkTrainer(lab, only)) results.push(result);
  return results;
}

test('a trainer that keeps the protocol passes every check that can be made here', async () => {
  const results = await check('none');
  expect(results.filter(({ state }) => state === 'broken')).toEqual([]);
  const skipped = results.filter(({ state }) => state === 'skipped').map(({ name }) => name);
  expect(skipped).toEqual(process.getuid?.() === 0 ? [] : ['full disk']);
}, 60_000);

test.each([
  ['counts nothing', 'counts', /counts nothing where train, travel, library was asked for/],
  ['sizes do not add up', 'counts', /tells \d+ tokens of train; its sizes add up to \d+/],
  ['chatty', 'counts', /wrote an event that is not one \(step: /],
  ['leaves a process', 'counts', /left processes that it started/],
  ['announces no data', 'trains', /does not announce its data with a count event/],
  ['no result', 'trains', /writes no result event as its last/],
  ['talks on', 'trains', /writes no result event as its last/],
  ['no checkpoints', 'trains', /writes no checkpoint at step 2, 4, /],
  ['announces too early', 'trains', /a checkpoint at step 2 before checkpoints\/2 stands/],
  ['counts back', 'trains', /tells steps that go back/],
  ['no weights', 'trains', /leaves no files in weights\//],
  ['draws without a seed', 'repeats', /other weights than undisturbed/],
  ['knows one order', 'seeds', /same weights: job\.seeds\.order is not read/],
  ['ignores its parent', 'parent', /job\.parent is not read/],
  ['starts again', 'resumes', /starts again at step 1 .*job\.resume is not read/],
  ['forgets its optimiser', 'resumes', /other weights than undisturbed, when it goes on after/],
  ['forgets its optimiser', 'killed', /other weights than undisturbed, when it goes on after/],
  ['does not wait', 'waits', /checkpoints stand unacknowledged/],
  ['deaf', 'told to stop', /has not stopped 1\.5 s after SIGTERM/],
  ['ends well when stopped', 'told to stop', /ends with exit 0 instead of 75/],
  ['stops without a checkpoint', 'told to stop', /stops at step \d+ with step \d+ as its newest/],
  ['outlives its parent', 'orphaned', /goes on without whoever started it/],
  ['predicts on', 'stops predicting', /has not stopped 1\.5 s after SIGTERM/],
  ['predicts for nobody', 'stops predicting', /goes on without whoever started it/],
  ['skips a file', 'predicts untrained', /predicts library where travel, library was asked for/],
  ['shuffles prompts', 'predicts', /of travel, or not in their order/],
  ['leaves a prompt out', 'predicts', /predicts \d+ of the \d+ answers to the prompts of travel/],
  ['writes elsewhere', 'predicts', /predicts 0 of the \d+ answers/],
  ['answers its neighbour', 'neighbours', /otherwise where the prompts come in another order/],
  ['guesses', 'neighbours', /predicts otherwise when it is asked again/],
  ['looks where targets lie', 'blind', /predicts otherwise where it is given targets/],
  ['looks at targets', 'blind', /predicts otherwise where it is given targets/],
  ['makes up a loss', 'blind', /tells a loss of travel, which has no targets/],
  ['forgets its weights', 'learns', /its loss fell to less than half: job\.weights is not read/],
  ['forgets them, and tells a loss', 'learns', /the same loss on the targets: job\.weights is/],
  ['draws alike', 'draws', /draws the same answer to a prompt each time/],
  ['draws once', 'draws', /predicts (\d+) of the \d+ answers to the prompts of travel/],
  ['samples without a seed', 'samples', /draws otherwise from the same seed/],
  ['draws by one seed', 'samples', /draws the same from another seed/],
  ['predicts greedily', 'samples', /decoding\.temperature or its seed is not read/],
  ['any protocol', 'protocol', /begins with what it has to refuse/],
  ['any hyperparameter', 'configuration', /begins with what it has to refuse/],
  ['trusts weights', 'damaged weights', /begins with what it has to refuse/],
  ['trusts weights to predict', 'damaged weights', /it has to refuse, when it is to predict/],
  ['trusts checkpoints', 'damaged checkpoint', /ends with|begins with/],
])(
  'a trainer that %s breaks "%s"',
  async (defect, name, said) => {
    const results = await check(defect, [name]);
    const found = results.find((result) => result.name === name);
    expect(found).toMatchObject({ state: 'broken' });
    expect(found?.said.join('\n')).toMatch(said);
  },
  60_000,
);

test('a trainer that learns too little for its words to change is not blamed for it', async () => {
  const [, learns] = await check('learns too little', ['learns']);
  expect(learns).toMatchObject({ name: 'learns', state: 'skipped' });
  expect(learns?.said).toEqual([expect.stringMatching(/learns too little here to tell/)]);
});

test.runIf(process.getuid?.() === 0).each([
  ['writes in place', /half-written checkpoints\/\d+ under its final name/],
  ['goes on when the disk is full', /ends as if it had done its work/],
])(
  'a trainer that %s breaks "full disk"',
  async (defect, said) => {
    const results = await check(defect, ['full disk']);
    expect(results.at(-1)).toMatchObject({ name: 'full disk', state: 'broken' });
    expect(results.at(-1)?.said.join('\n')).toMatch(said);
  },
  60_000,
);
