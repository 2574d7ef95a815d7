import type { V1Pod } from '@kubernetes/client-node';
import type { ExplainedSweep } from '../../cli/explain.ts';
import type { Ran } from '../cli/ratchet.ts';
import { Cluster, waitFor } from './cluster.ts';
import { readResults, toySweep, Workplace } from './workplace.ts';

/** Slow enough that a test can reach in: eight dialogues take some seconds. */
const SLOW = { env: { TOY_STEP_MS: '600' } };

/** A sweep of one block that trains. */
export interface Started {
  workplace: Workplace;
  ended: Promise<Ran>;
  pod: V1Pod;
}

/** Starts it; returns once its block has a checkpoint in the store: what follows that is all that may be lost. */
export async function startSweep(
  given: { compute?: object; hyperparameters?: object } = {},
): Promise<Started> {
  const workplace = new Workplace();
  const compute = { ...SLOW, ...given.compute };
  workplace.write('sweep.yaml', toySweep(workplace, 'toy', { ...given, compute }));
  const ended = workplace.ratchet('run', 'sweep.yaml', '--json');
  const pod = await new Cluster().trainingPod();
  await waitForCheckpoint(workplace);
  return { workplace, ended, pod };
}

/** The first in its store. */
export async function waitForCheckpoint(workplace: Workplace): Promise<void> {
  const store = await workplace.openStore();
  await waitFor(async () =>
    (await store.list('blocks/')).some((path) => /partial\/\d+\.json$/.test(path)),
  );
}

interface Attempt {
  from: number;
  result: string;
}

export async function attemptsOf(workplace: Workplace): Promise<Attempt[]> {
  return JSON.parse((await workplace.ratchet('logs', '--json')).stdout) as Attempt[];
}

/** What the first try of its block is said to have ended by. */
export async function explainFirst(
  workplace: Workplace,
): Promise<{ cause: string | null; evidence: string | null } | undefined> {
  const { stdout } = await workplace.ratchet('explain', 'keep/1/travel', '--json');
  const { units } = JSON.parse(stdout) as ExplainedSweep;
  return units.find(({ stage }) => stage === 'train')?.tries[0];
}

/** How a sweep ended that was interrupted. */
export interface Finished {
  code: number | null;
  results: string;
  attempts: string[];
  /** Every attempt after the first went on from a checkpoint. */
  resumed: boolean;
  left: string[];
}

export async function finish({ workplace, ended }: Started): Promise<Finished> {
  const ran = await ended;
  const left = await new Cluster().listLeft();
  const attempts = await attemptsOf(workplace);
  return {
    code: ran.code,
    results: readResults(ran),
    attempts: attempts.map(({ result }) => result),
    resumed: attempts.slice(1).every(({ from }) => from > 0),
    left,
  };
}

/** How each of them ends: as the same sweep on this machine, where nothing interrupts it. */
export async function runUndisturbed(
  hyperparameters: object = {},
): Promise<Omit<Finished, 'attempts'>> {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, 'toy', { hyperparameters, local: true }));
  const ran = await workplace.ratchet('run', 'sweep.yaml', '--json');
  return { code: 0, results: readResults(ran), resumed: true, left: [] };
}
