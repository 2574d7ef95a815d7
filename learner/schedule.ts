import { createRandom, deriveSeed } from '../contract/random.ts';

/** Splits every epoch's order into steps; the last step of an epoch may be short. */
export class Schedule {
  readonly steps: number;
  private readonly examples: number;
  private readonly batchSize: number;
  private readonly seed: number;
  private order: { epoch: number; examples: number[] } | undefined;

  constructor(examples: number, epochs: number, batchSize: number, seed: number) {
    this.examples = examples;
    this.batchSize = batchSize;
    this.seed = seed;
    this.steps = epochs * Math.ceil(examples / batchSize);
  }

  /** The examples of a step, counted from 0. */
  batch(step: number): number[] {
    const perEpoch = Math.ceil(this.examples / this.batchSize);
    const from = (step % perEpoch) * this.batchSize;
    return this.orderOf(Math.floor(step / perEpoch)).slice(from, from + this.batchSize);
  }

  /** A random stream an epoch: going on from a checkpoint needs nothing but the step. */
  private orderOf(epoch: number): number[] {
    if (this.order?.epoch !== epoch) {
      const random = createRandom(deriveSeed(this.seed, 'epoch', epoch));
      const examples = random.shuffle(Array.from({ length: this.examples }, (_, at) => at));
      this.order = { epoch, examples };
    }
    return this.order.examples;
  }
}
