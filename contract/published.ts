import type { MetricName, Row } from './results.ts';
import type { Convention } from './scores.ts';

/** Numbers that somebody published of one condition, to hold a sweep's against. Fractions. */
export interface PublishedMatrix {
  name: string;
  /** The condition of the sweep that comes closest. */
  condition: string;
  /** Row i after block i, column j the j-th block; null: not published. */
  matrix: Row<number>[];
  /** As published; what the matrix gives is computed from it. */
  metrics: Partial<Record<MetricName, number>>;
  source: string | null;
  convention: Convention | null;
  learner: string | null;
  /** What else has to be known of them: sentences. */
  remarks: string[];
}
