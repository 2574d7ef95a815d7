import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../contract/random.ts';
import { endHome, findProcesses, killProcess, waitFor } from '../support/home-processes.ts';
import {
  type Finished,
  type Place,
  RatchetProcess,
  readFinished,
} from '../support/sweep-process.ts';

/** Who dies at a step: the trainer alone, or everything of the home with it. */
export type Victim = 'trainer' | 'everything';

export interface KillAtStep {
  victim: Victim;
  step: number;
}

interface Training {
  pid: number;
  startTime: string;
  /** The newest that it told. */
  step: number;
  steps: number;
}

const PATIENCE = 300_000;

/**
 * Runs a sweep; for each victim in turn waits for a training that has come to some step but the last, drawn at random, and
 * kills. Whenever the client died too the file is run again.
 */
export async function runKillingAtSteps(
  { place, file, random }: { place: Place; file: string; random: Random },
  victims: readonly Victim[],
): Promise<{ finished: Finished; kills: KillAtStep[] }> {
  const kills: KillAtStep[] = [];
  const start = (): RatchetProcess => new RatchetProcess(place, ['run', file, '--json']);
  let client = start();
  for (const victim of victims) {
    // A share of the steps, since their number is known only when the first was told.
    const share = random.next();
    const found = await waitFor(() => client.running && findTraining(place, share), PATIENCE);
    if (!found) break;
    if (!killProcess(found)) continue;
    kills.push({ victim, step: found.step });
    if (victim === 'trainer') continue;
    await endHome(place.home);
    await client.exited;
    client = start();
  }
  return { finished: readFinished(client, await client.exited), kills };
}

function findTraining(place: Place, share: number): Training | undefined {
  const trainers = findProcesses(place.home, 'learner').flatMap(({ pid, startTime, command }) => {
    const told = readLastStep(command.at(-1) ?? '');
    return told ? [{ pid, startTime, ...told }] : [];
  });
  return trainers.find(({ step, steps }) => step < steps && step >= Math.ceil(share * (steps - 1)));
}

/** Undefined: it trains nothing, has told nothing yet, or has just ended. */
function readLastStep(folder: string): { step: number; steps: number } | undefined {
  try {
    const { stage } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
    const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
    const last = lines.map((line) => JSON.parse(line)).findLast(({ type }) => type === 'progress');
    return stage === 'train' && last?.step > 0 ? last : undefined;
  } catch {
    return undefined;
  }
}
