import { digestOf } from '../../contract/digest.ts';
import { expandSweep, type PlanInputs } from '../../plan/expand.ts';
import type { Plan, RenderedFile } from '../../plan/plan.ts';
import { parseSweep } from '../../spec/parse.ts';
import { streamsOf } from '../../spec/seed-streams.ts';
import type { SweepFile } from '../../spec/schema.ts';

export const FOUR = ['travel', 'banking', 'library', 'clinic'];

/** A small study whose every field a test may change. */
const STUDY = {
  version: 'ratchet/v1',
  name: 'study',
  suite: { kind: 'builtin' },
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
  seeds: [1, 2],
  trainer: { kind: 'command', command: ['true'], identity: 'toy-1', hyperparameters: { lr: 0.1 } },
};

export type Changes = Partial<Record<keyof SweepFile, unknown>>;

/** The plan of the study with these fields changed, over data that are digests of what decides them. */
export function planOf(changes: Changes = {}, inputs: Partial<PlanInputs> = {}): Plan {
  const parsed = parseSweep(JSON.stringify({ ...STUDY, ...changes }), 'study.yaml');
  if ('errors' in parsed) throw new Error(parsed.errors.map(({ expected }) => expected).join());
  const { sweep: spec } = parsed;
  return expandSweep({
    spec,
    suite: { digest: digestOf('suite'), files: [] },
    workingFolder: '/studies',
    trainer: { kind: 'command', identity: 'toy-1', description: 'a toy' },
    scorer: digestOf('scorer'),
    tools: digestOf('tools'),
    scripts: [],
    training: ({ condition, seed: replication, path }) => {
      const seed = streamsOf(spec, replication).data;
      const { trace, replay, limit, upsample } = condition;
      const own = path.at(-1) ?? [];
      const others = [limit, upsample, replay > 0 && path.length > 1 && path].filter(Boolean);
      return rendered('train', [trace.train, seed, ...own, ...others]);
    },
    heldOut: ({ condition, seed: replication, domain }) => {
      const seed = streamsOf(spec, replication).data;
      return {
        prompts: rendered('prompts', [condition.trace.eval, seed, domain]),
        gold: rendered('gold', [seed, domain]),
      };
    },
    ...inputs,
  });
}

export function rendered(kind: string, of: unknown[]): RenderedFile {
  return { sha256: digestOf([kind, ...of]), size: 100, examples: 10, unshuffled: 0 };
}

export function blockKeys(plan: Plan): string[] {
  return plan.lineages.flatMap(({ blocks }) => blocks);
}
