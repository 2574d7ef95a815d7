import { z } from 'zod';
import { processSchema } from '../store/records.ts';

const port = z.int().min(1).max(65_535);

/**
 * What a supervisor tells whoever connects to its socket: one JSON object a line, the latest first and each change after.
 * The connection itself is the attachment: while one is open the supervisor does not end for being idle.
 */
export type SupervisorNews =
  | { phase: 'starting'; pid: number; message: string }
  | { phase: 'ready'; pid: number; address: string; ui: string | null; build: string }
  | { phase: 'failed'; pid: number; message: string }
  | { phase: 'ending'; pid: number };

/** Process ids with boot and start time, so that a recycled pid is never taken for ours. */
export const supervisorRecordSchema = z.object({
  supervisor: processSchema,
  server: processSchema.nullable(),
  worker: processSchema.nullable(),
  ports: z.object({ server: port, ui: port }).nullable(),
});
export type SupervisorRecord = z.infer<typeof supervisorRecordSchema>;
