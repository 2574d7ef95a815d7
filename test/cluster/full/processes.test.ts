import { beforeAll, expect, test } from 'vitest';
import { killContainer } from '../containers.ts';
import {
  explainFirst,
  type Finished,
  finish,
  runUndisturbed,
  startSweep,
} from '../interruption.ts';

let done: Omit<Finished, 'attempts'>;
beforeAll(async () => {
  done = await runUndisturbed();
});

test.each(['trainer', 'carrier'])(
  'a %s that is killed costs what follows the last checkpoint, and no more',
  async (name) => {
    const started = await startSweep();
    killContainer(started.pod, name);
    expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
    expect(await explainFirst(started.workplace)).toMatchObject({
      cause: 'preempted',
      evidence: `the ${name} was ended from outside (exit 137)`,
    });
  },
);
