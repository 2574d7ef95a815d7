import { EventEmitter } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import { followNeighbour } from '../../compute/neighbour.ts';
import type { TrainerRun } from '../../compute/trainer-process.ts';
import { UnseenEnd } from '../../compute/trainer-end.ts';
import type { TrainerEvent } from '../../contract/trainer-events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-neighbour-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const tell = (...events: TrainerEvent[]): void =>
  appendFileSync(
    join(folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
const checkpoint: TrainerEvent = { type: 'checkpoint', step: 2 };
const result: TrainerEvent = { type: 'result', steps: 4, tokens: 40 };

function follow(given: {
  ended?: AbortSignal;
  signal?: AbortSignal;
  onStart?: (onRuns: () => void) => void;
}) {
  const seen: TrainerEvent[] = [];
  const run = followNeighbour({
    letTrainerStart: given.onStart ?? (() => undefined),
    trainerEnded: given.ended ?? new AbortController().signal,
  });
  const end = run({
    trainer: { command: [] },
    folder,
    job: { key: 'k' } as unknown as TrainerRun['job'],
    signal: given.signal ?? new AbortController().signal,
    onEvent: (event) => void seen.push(event),
  });
  end.catch(() => undefined); // Whoever waits for it has not come to it yet.
  return { end, seen };
}

test('the trainer may start when its job stands complete, and is done with its result', async () => {
  const { end, seen } = follow({
    onStart: () => {
      expect(JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))).toEqual({ key: 'k' });
      tell(checkpoint, result);
    },
  });
  await expect(end).resolves.toBe('done');
  expect(seen).toEqual([checkpoint, result]);
});

test('what a trainer wrote before it ended is dealt with; why it ended cannot be seen from here', async () => {
  tell(checkpoint);
  const { end, seen } = follow({ ended: AbortSignal.abort() });
  await expect(end).rejects.toThrow(UnseenEnd);
  expect(seen).toEqual([checkpoint]);
});

test('an attempt that was superseded follows no longer', async () => {
  const { end } = follow({ signal: AbortSignal.abort() });
  await expect(end).resolves.toBe('interrupted');
});

describe('silence is a stall', () => {
  let clock: MockInstance<() => number>;
  beforeEach(() => {
    clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => clock.mockRestore());
  });
  const passHour = async (): Promise<void> => {
    await delay(100);
    clock.mockReturnValue(performance.now() + 3_600_000);
    await delay(100);
  };
  const STALL = /no event from the trainer for 10 minutes/;

  test('after the first event, and not while the image of the trainer is on its way', async () => {
    const { end, seen } = follow({});
    await passHour();
    tell(checkpoint);
    await vi.waitFor(() => expect(seen).toEqual([checkpoint]), 20_000);
    await passHour();
    await expect(end).rejects.toThrow(STALL);
  });

  test('from the start of a trainer that never says anything', async () => {
    const told = new EventEmitter();
    const { end } = follow({ onStart: (onRuns) => void told.once('runs', onRuns) });
    await vi.waitFor(() => expect(told.listenerCount('runs')).toBe(1), 20_000);
    await passHour();
    told.emit('runs');
    await passHour();
    await expect(end).rejects.toThrow(STALL);
  });
});
