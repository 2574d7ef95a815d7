import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
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

function follow(given: { ended?: AbortSignal; signal?: AbortSignal; onStart?: () => void }) {
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

test('silence after the first event is a stall; a trainer whose image is on its way is not', async () => {
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  clock.mockReturnValue(0);
  const { end } = follow({});
  await new Promise((resolve) => setTimeout(resolve, 100));
  clock.mockReturnValue(3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(checkpoint)}\n`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  clock.mockReturnValue(7_200_000);
  await expect(end).rejects.toThrow(/no event from the trainer for 10 minutes/);
});
