import { afterwards } from '../support/afterwards.ts';
import { waitFor } from '../support/home-processes.ts';
import { RatchetProcess } from '../support/sweep-process.ts';
import { newPlace } from './own-temporal.ts';

/** `ratchet worker` as a cluster runs it: a home of its own, and a port for probes. */
export class DeployedWorker extends RatchetProcess {
  private port: string | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    super(newPlace(), ['worker'], { RATCHET_HTTP_PORT: '0', ...env });
    afterwards(() => this.child.kill('SIGKILL'));
  }

  /** Started, and passing its readiness probe. */
  static async start(env: NodeJS.ProcessEnv): Promise<DeployedWorker> {
    const worker = new DeployedWorker(env);
    const ready = await waitFor(async () => {
      if (!worker.running) throw new Error(`the worker ended: ${worker.stdout}${worker.stderr}`);
      worker.port ??= /"port":(\d+)/.exec(worker.stdout)?.[1];
      return worker.port !== undefined && (await worker.get('/readyz')).status === 200;
    }, 60_000);
    if (!ready) throw new Error(`the worker is not ready: ${worker.stdout}${worker.stderr}`);
    return worker;
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** As Kubernetes ends it. Resolves with its exit code. */
  async drain(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}
