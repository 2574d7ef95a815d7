/**
 * What a supervisor tells whoever connects to its socket: one JSON object a line, the latest first and each change after.
 * The connection itself is the attachment: while one is open the supervisor does not end for being idle.
 */
export type SupervisorNews =
  | { phase: 'starting'; pid: number; message: string }
  | { phase: 'ready'; pid: number; address: string; ui: string | null }
  | { phase: 'failed'; pid: number; message: string }
  | { phase: 'ending'; pid: number };

/** Process ids with start times, so that a recycled pid is never taken for ours. */
export interface SupervisorRecord {
  supervisor: ProcessRecord;
  server: ProcessRecord | null;
  worker: ProcessRecord | null;
  ports: { server: number; ui: number } | null;
}

export interface ProcessRecord {
  pid: number;
  startTime: string;
}
