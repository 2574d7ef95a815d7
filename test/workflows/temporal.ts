import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { createControlActivities } from '../../activities/control-activities.ts';
import { HeartbeatInterceptor } from '../../activities/heartbeat.ts';
import type { ComputeActivities, ControlActivities } from '../../contract/activities.ts';
import { HEARTBEAT_INTERVAL } from '../../contract/timeouts.ts';
import {
  type Budget,
  type LineageInput,
  type SweepInput,
  type SweepProgress,
  QUERIES,
  TASK_QUEUES,
  WORKFLOWS,
} from '../../contract/workflows.ts';
import {
  choosePorts,
  isAnswering,
  SERVER_SETTINGS,
  startServer,
} from '../../worker/embedded-server.ts';
import { openHome } from '../../worker/home.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import type { sweep, lineage } from '../../workflows/index.ts';
import { ImaginaryWork, type Shape } from './imaginary-work.ts';

export const BUNDLE = join('dist', 'workflows.bundle.js');

/** Only errors are worth a line: workers are stopped in the middle of things here. */
export function silenceTemporal(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  const telemetryOptions = { logging: { filter } };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions });
}

/** A Temporal server of its own, with workers that run the real workflows over imaginary work. */
export class TestTemporal {
  private readonly works = new Map<string, ImaginaryWork>();
  private readonly cleanups: (() => unknown)[] = [];
  private connected: Client | undefined;
  address = '';

  get client(): Client {
    if (!this.connected) throw new Error('the server is not started');
    return this.connected;
  }

  /** Work for the sweep of this name. */
  imagine(sweepName: string, shape: Shape): ImaginaryWork {
    const work = new ImaginaryWork(shape);
    this.works.set(sweepName, work);
    return work;
  }

  startSweep(
    input: Partial<SweepInput> & Pick<SweepInput, 'sweep'>,
  ): Promise<WorkflowHandle<typeof sweep>> {
    const whole: SweepInput = {
      store: 'file:///imaginary',
      plan: 'a'.repeat(64),
      conditions: ['keep', 'strip'],
      seeds: [1, 2],
      parallelism: 2,
      ...input,
    };
    return this.client.workflow.start<typeof sweep>(WORKFLOWS.sweep, {
      workflowId: input.sweep,
      taskQueue: TASK_QUEUES.control,
      args: [whole],
    });
  }

  /** A lineage on its own: the signal to its sweep finds nobody. */
  startLineage(name: string, budget?: Budget): Promise<WorkflowHandle<typeof lineage>> {
    const input: LineageInput = {
      sweep: name,
      store: 'file:///imaginary',
      plan: 'a'.repeat(64),
      lineage: 0,
      label: 'keep/1',
      start: 1,
      ...(budget && { budget }),
    };
    return this.client.workflow.start<typeof lineage>(WORKFLOWS.lineage, {
      workflowId: `${name}/keep/1`,
      taskQueue: TASK_QUEUES.control,
      args: [input],
    });
  }

  progress(handle: WorkflowHandle): Promise<SweepProgress> {
    return handle.query<SweepProgress>(QUERIES.progress);
  }

  /** `settings` are further dynamic configuration of the server. */
  async start(settings: string[] = []): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-temporal-'));
    this.cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const ports = await choosePorts(null);
    const binary = await obtainTemporal((line) => process.stderr.write(`${line}\n`));
    const server = startServer(binary, openHome(folder), ports, [...SERVER_SETTINGS, ...settings]);
    this.cleanups.push(() => server.kill('SIGKILL'));
    if (!(await isAnswering(server, ports.server))) throw new Error('the server ended');
    this.address = `127.0.0.1:${ports.server}`;
    const { address } = this;
    const connection = await Connection.connect({ address });
    this.connected = new Client({ connection });
    const native = await NativeConnection.connect({ address });
    this.cleanups.push(() => Promise.all([connection.close(), native.close()]));
    this.cleanups.push(await this.startWorkers(native, this.connected));
  }

  async stop(): Promise<void> {
    for (const cleanUp of this.cleanups.toReversed()) await cleanUp();
  }

  private async startWorkers(
    connection: NativeConnection,
    client: Client,
  ): Promise<() => Promise<void>> {
    const { findRunning } = createControlActivities({
      openStore: () => Promise.reject(new Error('nothing is stored')),
      client,
    });
    const shared = {
      connection,
      interceptors: {
        activity: [
          (context: HeartbeatInterceptor['context']) => ({
            inbound: new HeartbeatInterceptor(context),
          }),
        ],
      },
      maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL,
      defaultHeartbeatThrottleInterval: HEARTBEAT_INTERVAL,
    };
    const control: ControlActivities = {
      openLineage: (of) => this.workOf(of.sweep).openLineage(of),
      prepare: (unit) => this.workOf(unit.sweep).prepare(unit),
      checkpoint: (unit) => this.workOf(unit.sweep).checkpoint(unit),
      isSpent: (of) => this.workOf(of.sweep).isSpent(of),
      report: (of) => this.workOf(of.sweep).report(of),
      findRunning,
    };
    const compute: ComputeActivities = {
      train: (unit) => this.workOf(unit.sweep).train(unit),
      evaluate: (unit) => this.workOf(unit.sweep).evaluate(unit),
      abandon: (unit) => this.workOf(unit.sweep).abandon(unit),
    };
    const workers = await Promise.all([
      Worker.create({
        ...shared,
        taskQueue: TASK_QUEUES.control,
        workflowBundle: { codePath: BUNDLE },
        activities: control,
      }),
      Worker.create({ ...shared, taskQueue: TASK_QUEUES.compute, activities: compute }),
    ]);
    const running = Promise.all(workers.map((worker) => worker.run()));
    return async () => {
      for (const worker of workers) worker.shutdown();
      await running;
    };
  }

  private workOf(sweepName: string): ImaginaryWork {
    const work = this.works.get(sweepName);
    if (!work) throw new Error(`nobody imagined ${sweepName}`);
    return work;
  }
}
