import { setTimeout as delay } from 'node:timers/promises';
import { CausedError } from '../contract/causes.ts';
import { GPU_POLL, LEASE_RENEWAL } from '../contract/timeouts.ts';
import { findGpus, findLack } from './find-gpus.ts';
import { GpuLeases, type HeldGpus } from './gpu-leases.ts';

/** Trainers of this process that wait for GPUs: who came first is served first, so that many small ones starve no large one. */
export class GpuLine {
  private readonly leases: GpuLeases;
  private readonly waiting = new Set<object>();
  private news = new AbortController();

  constructor(leases = new GpuLeases()) {
    this.leases = leases;
  }

  /** Holds so many GPUs of this machine while `act` runs. Throws a `CausedError` where it has not so many. */
  async hold<T>(
    wanted: number,
    wait: { signal: AbortSignal; onWait: (message: string) => void },
    act: (held: HeldGpus) => Promise<T>,
  ): Promise<T> {
    const held = await this.waitFor(wanted, wait);
    const renewal = setInterval(() => void held.renew(), LEASE_RENEWAL);
    try {
      return await act(held);
    } finally {
      clearInterval(renewal);
      await held.release();
      this.wake();
    }
  }

  private async waitFor(
    wanted: number,
    { signal, onWait }: { signal: AbortSignal; onWait: (message: string) => void },
  ): Promise<HeldGpus> {
    const own = {};
    this.waiting.add(own);
    try {
      for (let gpus: string[] | undefined; ; await this.pause(signal)) {
        const before = [...this.waiting].indexOf(own);
        if (before > 0) {
          onWait(
            `for ${describe(wanted)}, after ${before} other trainer${before === 1 ? '' : 's'}`,
          );
          continue;
        }
        gpus ??= await findEnough(wanted);
        signal.throwIfAborted();
        const taken = await this.leases.take(gpus, wanted);
        if (!('free' in taken)) return taken;
        onWait(`for ${describe(wanted)}: ${taken.free} of ${gpus.length} free`);
      }
    } finally {
      this.waiting.delete(own);
      this.wake();
    }
  }

  /** What other processes give back is seen after a while; what happened here at once. */
  private async pause(signal: AbortSignal): Promise<void> {
    const woken = AbortSignal.any([signal, this.news.signal]);
    await delay(GPU_POLL, undefined, { signal: woken }).catch(() => undefined);
    signal.throwIfAborted();
  }

  private wake(): void {
    this.news.abort();
    this.news = new AbortController();
  }
}

async function findEnough(wanted: number): Promise<string[]> {
  const found = await findGpus();
  const lack = findLack(found, wanted);
  if (lack) throw new CausedError('configuration', `${lack.found}: ${lack.mend}`);
  return found.gpus.map(({ id }) => id);
}

function describe(gpus: number): string {
  return `${gpus} GPU${gpus === 1 ? '' : 's'}`;
}
