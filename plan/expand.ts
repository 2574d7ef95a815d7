import { digestOf } from '../contract/digest.ts';
import type { Sweep } from '../spec/sweep.ts';
import { baseDigest, blockKey, trainingSeeds } from './keys.ts';
import type { DatasetSummary, Plan, PlannedLineage, SuiteSource, TrainerIdentity } from './plan.ts';

export interface PlanInputs {
  spec: Sweep;
  suite: SuiteSource;
  trainer: TrainerIdentity;
  workingFolder: string;
  scorer: string;
  tools: string;
  /** What a condition and seed renders for a domain. */
  dataset: (condition: string, seed: number, domain: string) => DatasetSummary;
}

/** Turns a sweep into lineages of content-addressed blocks. Pure: equal inputs give equal plans. */
export function expandSweep(inputs: PlanInputs): Plan {
  const { spec, suite, trainer, scorer, tools } = inputs;
  const { shape, orders } = shapeOf(spec.stream.orders);
  const datasets = new DatasetTable();
  const lineages = spec.seeds.flatMap((seed) =>
    spec.conditions.map(({ name: condition }) => {
      const data = Object.fromEntries(
        spec.stream.domains.map((domain) => [
          domain,
          datasets.add(inputs.dataset(condition, seed, domain)),
        ]),
      );
      const blocks = keysOf({
        shape,
        seed,
        inputs,
        train: (d) => datasets.at(data[d]).train.sha256,
      });
      return { condition, seed, blocks, data } satisfies PlannedLineage;
    }),
  );
  const { convention, decoding } = spec.evaluate;
  const decided = { shape, orders, lineages, datasets: datasets.list };
  return identifySweep({
    format: 'ratchet/plan/1',
    spec,
    suite,
    trainer,
    workingFolder: inputs.workingFolder,
    scorer,
    tools,
    ...decided,
    convention,
    // Greedy decoding draws nothing: its seed decides nothing.
    decoding: decoding.temperature === 0 ? { temperature: 0, seed: 0 } : decoding,
  });
}

/** Names the sweep after everything that decides its results; what is outside keys is outside this too. */
export function identifySweep(plan: Omit<Plan, 'sweep'>): Plan {
  const { spec, trainer, scorer, tools, shape, orders, lineages, datasets } = plan;
  const { convention, decoding } = plan;
  const digest = digestOf({
    shape,
    orders,
    lineages,
    datasets,
    convention,
    decoding,
    tools,
    scorer,
    trainer: trainer.identity,
    question: spec.question ?? null,
    evaluate: spec.evaluate.domains,
  });
  return { ...plan, sweep: `${spec.name}-${digest.slice(0, 12)}` };
}

/** Orders merged into a tree: orders that begin alike share those blocks. */
export function shapeOf(orders: readonly string[][]): Pick<Plan, 'shape' | 'orders'> {
  const shape: Plan['shape'] = { domains: [], parents: [] };
  const blockOf = new Map<string, number>();
  // Sorting puts shared prefixes side by side, so that indices run depth first.
  const paths = new Map<string[], number[]>();
  for (const order of orders.toSorted(compareOrders)) {
    const path: number[] = [];
    for (let depth = 1; depth <= order.length; depth++) {
      const name = JSON.stringify(order.slice(0, depth));
      let block = blockOf.get(name);
      if (block === undefined) {
        block = shape.domains.push(order[depth - 1] ?? '') - 1;
        shape.parents.push(path.at(-1) ?? null);
        blockOf.set(name, block);
      }
      path.push(block);
    }
    paths.set(order, path);
  }
  return { shape, orders: orders.map((order) => paths.get(order) ?? []) };
}

function compareOrders(a: string[], b: string[]): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function keysOf(of: {
  shape: Plan['shape'];
  seed: number;
  inputs: PlanInputs;
  train: (domain: string) => string;
}): string[] {
  const { spec, trainer, tools } = of.inputs;
  const { hyperparameters } = spec.trainer;
  const base = baseDigest({ trainer: trainer.identity, hyperparameters });
  const seeds = trainingSeeds(of.seed);
  const keys: string[] = [];
  of.shape.domains.forEach((domain, block) => {
    const parent = of.shape.parents[block] ?? null;
    const key = blockKey({
      parent: parent === null ? base : (keys[parent] ?? ''),
      data: of.train(domain),
      tools,
      trainer: trainer.identity,
      hyperparameters,
      worldSize: 1,
      seeds,
    });
    keys.push(key);
  });
  return keys;
}

class DatasetTable {
  readonly list: DatasetSummary[] = [];
  private readonly indexOf = new Map<string, number>();

  add(data: DatasetSummary): number {
    const name = `${data.train.sha256} ${data.prompts.sha256} ${data.gold.sha256}`;
    const known = this.indexOf.get(name);
    if (known !== undefined) return known;
    const index = this.list.push(data) - 1;
    this.indexOf.set(name, index);
    return index;
  }

  at(index: number | undefined): DatasetSummary {
    const data = this.list[index ?? -1];
    if (!data) throw new RangeError('no such data');
    return data;
  }
}
