/** Groups of held-out examples that differ in what could be known of their target. */

/**
 * What keeping the trace adds to the prompt. `identical`: nothing, there is no earlier call; else all values of the target
 * stand verbatim in the prompt without the trace (`both`), only in the trace (`trace-only`), or not even there (`neither`).
 */
export const TRACE_STRATA = ['identical', 'both', 'trace-only', 'neither'] as const;
export type TraceStratum = (typeof TRACE_STRATA)[number];

/**
 * Whether the target stands word for word among the training targets of the same seed (`seen`), or does not though its
 * tools are all called there (`novel`), or calls a tool that training never does (`new-tool`).
 */
export const TARGET_STRATA = ['seen', 'novel', 'new-tool'] as const;
export type TargetStratum = (typeof TARGET_STRATA)[number];

export const STRATA = [...TRACE_STRATA, ...TARGET_STRATA] as const;
export type Stratum = (typeof STRATA)[number];

export interface ExampleStrata {
  id: string;
  trace: TraceStratum;
  target: TargetStratum;
}
