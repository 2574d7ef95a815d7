import type { Example, Tool } from '../contract/dialogue.ts';
import type { TraceCount } from './trace-count.ts';

/** An example as its source tells it, before domains, folds and listings are settled. */
export interface SourceExample {
  /** Lists the tools that its own dialogue shows. */
  example: Example;
  /** What the dialogue was written to: the unit of `split.unit: scenario`. */
  scenario?: string | undefined;
  /** Where in its dialogue the call stands: later calls have larger ones. */
  turn: number;
  /** The tools that it lists, and others that it describes. */
  described: readonly Tool[];
  /** Equal in entries that say the same. */
  content: string;
  /** For messages. */
  file: string;
  position: string;
}

export interface PlacedExample extends SourceExample {
  domain: string;
}

/** What was read of a source. */
export interface SourceData {
  /** As they stand in the source. */
  entries: TraceCount;
  examples: readonly SourceExample[];
  /** Entries that became no example, by why. */
  leftOut: Record<string, number>;
}

/** The first of those that say the same. */
export function leaveOutDuplicates<T extends SourceExample>(examples: readonly T[]): T[] {
  const seen = new Set<string>();
  return examples.filter(({ content }) => {
    const isNew = !seen.has(content);
    seen.add(content);
    return isNew;
  });
}

/** How often each reason was given. */
export function countReasons(reasons: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(counts);
}
