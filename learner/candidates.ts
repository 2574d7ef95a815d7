/**
 * The candidates of one decision: each has an outcome and hashed features. Several candidates may share an outcome: a
 * token can be generated or copied from several places. Filled anew for every decision; the arrays only grow.
 */
export class CandidateSet {
  count = 0;
  /** What ends what is being decided; generation falls back on it at its limit. -1 where nothing does. */
  closing = -1;
  outcomes = new Int32Array(1024);
  offsets = new Float64Array(1024);
  probabilities = new Float64Array(1024);
  /** Features of candidate i: from `starts[i]` up to `starts[i + 1]`. */
  starts = new Int32Array(1025);
  /** Indices into the table of parameters. */
  features = new Int32Array(65_536);
  private featureCount = 0;
  private readonly mask: number;

  /** `tableSize` is a power of two. */
  constructor(tableSize: number) {
    this.mask = tableSize - 1;
  }

  clear(): void {
    this.count = 0;
    this.featureCount = 0;
    this.closing = -1;
  }

  /** Begins a candidate; `offset` is the fixed part of its score. */
  add(outcome: number, offset = 0): void {
    if (this.count === this.outcomes.length) this.growCandidates();
    this.outcomes[this.count] = outcome;
    this.offsets[this.count] = offset;
    this.starts[this.count] = this.featureCount;
    this.count++;
    this.starts[this.count] = this.featureCount;
  }

  /** Gives the latest candidate a feature. */
  feature(hash: number): void {
    if (this.featureCount === this.features.length) this.growFeatures();
    this.features[this.featureCount] = hash & this.mask;
    this.featureCount++;
    this.starts[this.count] = this.featureCount;
  }

  private growCandidates(): void {
    const size = this.outcomes.length * 2;
    this.outcomes = enlarge(this.outcomes, new Int32Array(size));
    this.offsets = enlarge(this.offsets, new Float64Array(size));
    this.starts = enlarge(this.starts, new Int32Array(size + 1));
    this.probabilities = new Float64Array(size);
  }

  private growFeatures(): void {
    this.features = enlarge(this.features, new Int32Array(this.features.length * 2));
  }
}

function enlarge<T extends Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
