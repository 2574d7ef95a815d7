/** All learned numbers: one table of hashed parameters, and what AdaGrad needs beside it. */
export class Parameters {
  readonly weights: Float32Array;
  /** Sums of squared gradients (Duchi, Hazan and Singer, 2011), anew for every block. */
  readonly squares: Float32Array;
  private readonly gradient: Float64Array;
  private readonly isTouched: Uint8Array;
  private readonly touched: Int32Array;
  private touchedCount = 0;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.weights = new Float32Array(size);
    this.squares = new Float32Array(size);
    this.gradient = new Float64Array(size);
    this.isTouched = new Uint8Array(size);
    this.touched = new Int32Array(size);
  }

  get size(): number {
    return this.weights.length;
  }

  addGradient(index: number, amount: number): void {
    if (this.isTouched[index] === 0) {
      this.isTouched[index] = 1;
      this.touched[this.touchedCount++] = index;
    }
    this.gradient[index] = (this.gradient[index] as number) + amount;
  }

  /** The gradient gathered so far, e.g. to compare with finite differences. */
  gradientAt(index: number): number {
    return this.gradient[index] as number;
  }

  /** One AdaGrad step on what was touched since the last one; `l2` decays only those. */
  step(learningRate: number, l2: number): void {
    for (let at = 0; at < this.touchedCount; at++) {
      const index = this.touched[at] as number;
      const weight = this.weights[index] as number;
      const slope = (this.gradient[index] as number) + l2 * weight;
      const square = (this.squares[index] as number) + slope * slope;
      this.squares[index] = square;
      this.weights[index] = weight - (learningRate * slope) / (Math.sqrt(square) + DAMPING);
    }
    this.forgetGradient();
  }

  forgetGradient(): void {
    for (let at = 0; at < this.touchedCount; at++) {
      const index = this.touched[at] as number;
      this.gradient[index] = 0;
      this.isTouched[index] = 0;
    }
    this.touchedCount = 0;
  }
}

/** Keeps the first step of a parameter with a tiny gradient small. */
const DAMPING = 0.05;
