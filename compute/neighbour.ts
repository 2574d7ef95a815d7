import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CausedError } from '../contract/causes.ts';
import { EVENTS_POLL, TRAINER_STALL } from '../contract/timeouts.ts';
import { STALLED, UnseenEnd } from './trainer-end.ts';
import { EventsFile } from './trainer-events.ts';
import type { RunTrainer } from './trainer-process.ts';
import { createVitalSigns } from './vital-signs.ts';

/** What a carrier knows of the container beside it. */
export interface Pod {
  /** The job stands complete in its folder: the trainer may start. `onRuns` hears when it does. */
  letTrainerStart: (onRuns: () => void) => void;
  /** Aborted once the trainer's container has ended: Kubernetes ends sidecars last. */
  trainerEnded: AbortSignal;
}

/**
 * Follows a trainer that is not our process but the container beside us, through the folder that both mount. Its result
 * event counts as its end, so that the weights are on their way before the grace period begins. Without one nobody here can
 * tell why it ended: throws `UnseenEnd`.
 */
export function followNeighbour(pod: Pod): RunTrainer {
  return async ({ folder, job, signal, onEvent }) => {
    await writeFile(join(folder, 'job.json.new'), `${JSON.stringify(job, null, 2)}\n`);
    await rename(join(folder, 'job.json.new'), join(folder, 'job.json'));
    // Before it runs, its image may be on its way to the node.
    let heard = Infinity;
    pod.letTrainerStart(() => {
      heard = Math.min(heard, performance.now());
    });
    const events = new EventsFile(join(folder, 'events.jsonl'));
    const isAtWork = createVitalSigns();
    for (; !signal.aborted; await delay(EVENTS_POLL)) {
      const ended = pod.trainerEnded.aborted; // Looked at before reading: then nothing more can come.
      for (const event of await events.readNew()) {
        if (isAtWork(event)) heard = performance.now();
        await onEvent(event);
        if (event.type === 'result') return 'done';
      }
      if (ended) throw new UnseenEnd();
      if (performance.now() - heard > TRAINER_STALL) throw new CausedError('stalled', STALLED);
    }
    return 'interrupted';
  };
}
