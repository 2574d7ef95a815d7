import type { V1Pod } from '@kubernetes/client-node';
import { LAST_LOG } from '../contract/timeouts.ts';
import { ask, type Cluster } from './cluster.ts';
import { followLog, type LogSource, readLog } from './follow-log.ts';
import { CONTAINERS } from './labels.ts';
import { LogTail } from './log-tail.ts';
import { type PodState, statusOf } from './pod-state.ts';

export interface PodLogHooks {
  /** Lines that the carrier says, and the trainer's log: from its beginning where `restarted`. */
  onCarrier: (text: string) => void;
  onLog: (text: string, restarted: boolean) => void;
}

/** What the containers of a Job's pods say: while they say it, and of the trainer once more at its end. */
export class PodLogs {
  private readonly cluster: Cluster;
  private readonly hooks: PodLogHooks;
  /** The pod as it is known now. */
  private readonly look: () => V1Pod | undefined;
  private readonly signal: AbortSignal;
  /** Of the logs that are followed, how much of each was heard. */
  private readonly heard = new Map<string, number>();

  constructor(
    cluster: Cluster,
    hooks: PodLogHooks,
    look: () => V1Pod | undefined,
    signal: AbortSignal,
  ) {
    this.cluster = cluster;
    this.hooks = hooks;
    this.look = look;
    this.signal = signal;
  }

  /** Of the containers that run, from now on. */
  follow(pod: V1Pod, { stage, speaks }: PodState): void {
    const { onCarrier, onLog } = this.hooks;
    if (speaks) this.followOne(sourceOf(pod, CONTAINERS.carrier), onCarrier);
    if (stage === 'train') this.followOne(sourceOf(pod, CONTAINERS.trainer), onLog);
  }

  /** All that the trainer said, before it is gone with its pod. */
  async tellEnd(pod: V1Pod): Promise<void> {
    if (!statusOf(pod, CONTAINERS.trainer)?.state?.terminated) return;
    const source = sourceOf(pod, CONTAINERS.trainer);
    const said = await ask(() => this.read(source), LAST_LOG).catch(() => undefined); // Good to have.
    // The node began the file anew where it has less than was heard.
    if (said && said.length >= (this.heard.get(nameOf(source)) ?? 0))
      this.hooks.onLog(said.text, true);
  }

  private followOne(source: LogSource, tell: PodLogHooks['onLog']): void {
    const name = nameOf(source);
    if (this.heard.has(name)) return;
    this.heard.set(name, 0);
    const onText = (text: string, restarted: boolean): void => {
      this.heard.set(name, (restarted ? 0 : (this.heard.get(name) ?? 0)) + text.length);
      tell(text, restarted);
    };
    const hasEnded = (): boolean =>
      statusOf(this.look(), source.container)?.state?.running === undefined;
    void followLog(this.cluster, source, { onText, hasEnded, signal: this.signal });
  }

  private async read(source: LogSource): Promise<LogTail> {
    const tail = new LogTail();
    const onText = (text: string): void => tail.add(text);
    await readLog(this.cluster, source, { onText, signal: this.signal });
    return tail;
  }
}

function sourceOf({ metadata }: V1Pod, container: string): LogSource {
  return { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', container };
}

function nameOf({ pod, container }: LogSource): string {
  return `${pod}/${container}`;
}
