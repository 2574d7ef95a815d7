import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';
import { loadCustomRender } from '../activities/custom-render.ts';
import type { CustomRender } from '../data/conditions.ts';
import type { SuiteSource } from '../data/suite.ts';
import type { Condition, Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { readBounded } from './suite-files.ts';

/** A script above this is a mistake. */
const SCRIPT_BYTES = 1_000_000;

/** The functions of conditions that render in their own way, compiled. */
export class ConditionScripts {
  /** Compiled, by the name that the spec gives: what is stored with the plan. */
  readonly sources: readonly SuiteSource[];
  private readonly renders: ReadonlyMap<string, CustomRender>;

  constructor(sources: readonly SuiteSource[]) {
    this.sources = sources;
    this.renders = new Map(
      sources.map(({ name, bytes }) => [
        name,
        loadCustomRender(name, new TextDecoder().decode(bytes)),
      ]),
    );
  }

  renderOf({ render }: Pick<Condition, 'render'>): CustomRender | undefined {
    return render === null ? undefined : this.renders.get(render);
  }
}

/** Compiles every script that a sweep's conditions name, each with what it imports from its own folder. */
export async function compileScripts(sweep: Sweep, file: string): Promise<ConditionScripts> {
  const names = new Set(sweep.conditions.flatMap(({ render }) => render ?? []));
  const sources = await Promise.all(
    [...names].map(async (name) => ({ name, bytes: await compile(resolve(dirname(file), name)) })),
  );
  return new ConditionScripts(sources);
}

/** One classic script whose completion value is the module's exports; types are left out, not checked. */
async function compile(path: string): Promise<Uint8Array> {
  await readBounded(path, SCRIPT_BYTES, EXIT.spec);
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'exported',
      footer: { js: 'exported;' },
      platform: 'neutral',
      target: 'node20',
      logLevel: 'silent',
    });
    return outputFiles[0]?.contents ?? new Uint8Array();
  } catch (error) {
    throw new CliError(EXIT.spec, describeFailure(path, error));
  }
}

function describeFailure(path: string, error: unknown): string {
  const [first] = (error as { errors?: BuildMessage[] }).errors ?? [];
  if (!first) return `${path}: cannot be compiled: ${String(error)}`;
  const { location, text } = first;
  return `${path}:${location?.line ?? 1}:${(location?.column ?? 0) + 1}: cannot be compiled: ${text}`;
}

interface BuildMessage {
  text: string;
  location: { line: number; column: number } | null;
}
