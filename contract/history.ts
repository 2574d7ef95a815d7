import type { Ledger } from './ledger.ts';

export const HISTORY_FORMAT = 'ratchet/history/1';

/** `history.json`: how it went; differs from one way to another. Times are ISO 8601 in UTC. */
export interface History {
  format: typeof HISTORY_FORMAT;
  sweep: string;
  blocks: BlockHistory[];
  ledger: Ledger;
}

export interface BlockHistory {
  key: string;
  condition: string;
  seed: number;
  domain: string;
  /** `reused`: found committed by another sweep or an earlier run; `missing`: no result. */
  result: 'trained' | 'reused' | 'missing';
  /** Attempts that started, and the steps they did again because no checkpoint held them. */
  attempts: number;
  repeatedSteps: number;
  seconds: number;
  start: string | null;
  end: string | null;
  failures: { stage: string; cause: string; message: string }[];
  /** Damage that was found in the committed result, or in checkpoints, and made good. */
  damage: string[];
}
