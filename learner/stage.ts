import type { ToolTable } from '../contract/dialogue.ts';
import type { EventLog } from './events.ts';

/** Set by SIGTERM. */
export interface StopRequest {
  requested: boolean;
}

/** Where a stage runs. */
export interface Stage {
  folder: string;
  events: EventLog;
  tools: ToolTable;
  stop: StopRequest;
}
