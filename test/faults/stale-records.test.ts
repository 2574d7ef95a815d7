import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identifyProcess, isAlive } from '../../store/process-identity.ts';
import type { ProcessIdentity } from '../../store/records.ts';
import {
  makePlace,
  type Place,
  RatchetProcess,
  runToEnd,
  smallSweep,
  writeSweep,
} from '../support/sweep-process.ts';

const SWEEP = smallSweep({
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: 1,
});

describe.skipIf(process.platform !== 'linux')('records of processes that are gone', () => {
  it('never make an innocent process with a recycled id be killed', async () => {
    const place = newPlace();
    const innocent = startInnocent();
    const before = { ...innocent, startTime: '1' };
    const otherBoot = { ...innocent, bootId: 'another' };
    const record = { supervisor: before, worker: before, server: otherBoot, ports: null };
    writeFileSync(join(place.home, 'supervisor.json'), JSON.stringify(record));
    const job = join(place.home, 'work', `${innocent.pid}-00000000`, 'job-a');
    mkdirSync(job, { recursive: true });
    writeFileSync(join(job, 'trainer.json'), JSON.stringify(before));
    expect(await runToEnd(place, writeSweep(place, SWEEP))).toMatchObject({ code: 0 });
    expect(isAlive(innocent)).toBe(true);
  });

  it('may be torn or nonsense', async () => {
    const place = newPlace();
    writeFileSync(join(place.home, 'supervisor.json'), '{"supervisor": {"pid": 1');
    const job = join(place.home, 'work', '1-00000000', 'job-a');
    mkdirSync(job, { recursive: true });
    writeFileSync(join(job, 'trainer.json'), '{"pid": 1, "sta');
    mkdirSync(join(place.home, 'work', 'nonsense'));
    // Of a server that was killed while it made its database.
    writeFileSync(join(place.home, 'temporal.db'), '');
    expect(await runToEnd(place, writeSweep(place, SWEEP))).toMatchObject({ code: 0 });
  });
});

/** Every process of that home loads it. */
const BREAK_WORKER = encodeURIComponent(
  "if (process.argv[1].endsWith('/worker/main.js')) throw new Error('no worker today')",
);

describe.skipIf(process.platform !== 'linux')('a worker that cannot start', () => {
  it('is given up after a few tries, with one message and the reason', async () => {
    const place = newPlace();
    const run = new RatchetProcess(place, ['run', writeSweep(place, SWEEP)], {
      NODE_OPTIONS: `--import=data:text/javascript,${BREAK_WORKER}`,
    });
    expect(await run.exited).toBe(8);
    const said = run.stderr.split('\n').filter((line) => line.includes('worker'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /the worker keeps ending: .*no worker today.* \(all of it in .*worker\.log\)/,
    );
  });
});

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

/** A process of ours that no ratchet started. */
function startInnocent(): ProcessIdentity {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identifyProcess(child.pid ?? 0);
  if (!identity) throw new Error('it did not start');
  return identity;
}
