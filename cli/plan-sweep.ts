import { resolveTrainer, scorerIdentity } from '../compute/trainers.ts';
import { sha256Hex } from '../contract/digest.ts';
import { drawsFromSeed } from '../data/conditions.ts';
import { type DataFile, renderTools } from '../data/data-file.ts';
import { DataError } from '../data/errors.ts';
import { renderHeldOut } from '../data/held-out.ts';
import type { Suite, SuiteSource } from '../data/suite.ts';
import { renderTraining } from '../data/training.ts';
import { expandSweep, type PlanInputs } from '../plan/expand.ts';
import type { HeldOutData, Plan, RenderedFile } from '../plan/plan.ts';
import { type SeedStreams, streamsOf } from '../spec/seed-streams.ts';
import type { Condition, Sweep } from '../spec/sweep.ts';
import type { ConditionScripts } from './condition-scripts.ts';
import { matchTokens } from './match-tokens.ts';

export interface SweepParts {
  sweep: Sweep;
  suite: Suite;
  sources: readonly SuiteSource[];
  scripts: ConditionScripts;
  /** Where relative names in the trainer's command start. */
  workingFolder: string;
}

/** Renders everything that the plan names once, keeps digests, and expands the plan. */
export async function planSweep(parts: SweepParts): Promise<Plan> {
  const { sweep, suite, scripts, workingFolder } = parts;
  const trainer = resolveTrainer(sweep, workingFolder);
  const takes = await matchTokens(parts, trainer);
  const renderings = new Renderings(parts, takes);
  return expandSweep({
    spec: sweep,
    suite: { digest: suite.digest, files: parts.sources.map(describeSource) },
    scripts: scripts.sources.map(describeSource),
    trainer: { kind: trainer.kind, identity: trainer.identity, description: trainer.description },
    workingFolder,
    scorer: scorerIdentity(),
    tools: sha256Hex(renderTools(suite)),
    training: (request) => renderings.training(request),
    heldOut: (request) => renderings.heldOut(request),
  });
}

type Requests<K extends 'training' | 'heldOut'> = Parameters<PlanInputs[K]>[0];

/** What seeds, conditions and orders share is rendered for the first of them. */
class Renderings {
  private readonly known = new Map<string, unknown>();
  private readonly parts: SweepParts;
  private readonly takes: Awaited<ReturnType<typeof matchTokens>>;

  constructor(parts: SweepParts, takes: Awaited<ReturnType<typeof matchTokens>>) {
    this.parts = parts;
    this.takes = takes;
  }

  training({ condition, seed, path }: Requests<'training'>): RenderedFile {
    const { replay, limit, upsample, trace, render } = condition;
    const rendering = this.renderingOf(condition);
    const draws = replay > 0 || drawsFromSeed(rendering, 'train');
    const own = path.at(-1) ?? [];
    const take = this.takes.get(condition.name, seed, own[0] ?? '');
    const settings = [trace.train, render, limit, upsample, take ?? null, replay];
    const place = replay > 0 ? path : own;
    const seeds = streamsOf(this.parts.sweep, seed);
    return this.once(['training', settings, this.seedsOf(seeds, draws), place], () => {
      const request = { ...rendering, condition, seeds, path, take };
      const file = renderTraining(this.parts.suite, request);
      this.refuseEmpty(file, `domain ${own.join(', ')}, seed ${seed}`, 'to train on');
      return describeFile(file);
    });
  }

  heldOut({ condition, seed, domain }: Requests<'heldOut'>): HeldOutData {
    const rendering = this.renderingOf(condition);
    const settings = [condition.trace.eval, condition.render];
    const seeds = streamsOf(this.parts.sweep, seed);
    const decides = this.seedsOf(seeds, drawsFromSeed(rendering, 'eval'));
    return this.once(['held out', settings, decides, domain], () => {
      const { limit } = this.parts.sweep.evaluate;
      const files = renderHeldOut(this.parts.suite, { ...rendering, seeds, domain, limit });
      this.refuseEmpty(files.prompts, `domain ${domain}, seed ${seed}`, 'held out');
      return { prompts: describeFile(files.prompts), gold: describeFile(files.gold) };
    });
  }

  private renderingOf(condition: Condition) {
    return { condition, custom: this.parts.scripts.renderOf(condition) };
  }

  private seedsOf({ data, draws }: SeedStreams, isDrawn: boolean): (number | null)[] {
    return [this.parts.suite.variant(data), isDrawn ? draws : null];
  }

  private refuseEmpty({ examples }: DataFile, position: string, what: string): void {
    if (examples > 0) return;
    const expected = 'examples on both sides of the split';
    throw new DataError({ file: this.parts.suite.name, position, expected, found: `none ${what}` });
  }

  private once<T>(name: unknown[], render: () => T): T {
    const key = JSON.stringify(name);
    const rendered = (this.known.get(key) as T | undefined) ?? render();
    this.known.set(key, rendered);
    return rendered;
  }
}

function describeSource({ name, bytes }: SuiteSource): Plan['scripts'][number] {
  return { name, sha256: sha256Hex(bytes), size: bytes.length };
}

function describeFile({ bytes, examples, unshuffled }: DataFile): RenderedFile {
  return { sha256: sha256Hex(bytes), size: bytes.length, examples, unshuffled };
}
