import type { Fault, FaultProxy, Seen } from './fault-proxy.ts';

/**
 * Names every request of a deterministic course of work: method, path without the store's own prefix, and how often that
 * was asked before. Repetitions of a request that was just hit by a fault are not counted.
 */
export class CallSites {
  readonly names: string[] = [];
  readonly hit = new Set<string>();
  readonly #prefix: string;
  readonly #counts = new Map<string, number>();
  readonly #repeated = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Lets `fault` happen at each of the sites `among`, once. */
  strike(proxy: FaultProxy, among: ReadonlySet<string>, fault: Fault): void {
    proxy.choose = (seen) => {
      const asked = this.#describe(seen);
      if (this.#repeated.delete(asked)) return undefined;
      const count = this.#counts.get(asked) ?? 0;
      this.#counts.set(asked, count + 1);
      const name = `${asked} ${count}`;
      this.names.push(name);
      if (!among.has(name)) return undefined;
      this.#repeated.add(asked);
      this.hit.add(name);
      return fault;
    };
  }

  /** Without what S3 makes up: names of uploads. */
  #describe({ method, path }: Seen): string {
    return `${method} ${path.replaceAll(this.#prefix, '').replace(/uploadId=[^&]*/i, 'uploadId')}`;
  }
}
