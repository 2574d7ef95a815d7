import { formatCalls, parseCalls } from '../contract/call-text.ts';
import type { WorldReplay } from '../contract/references.ts';
import { shapeDomains } from './builtin-suite.ts';
import { generateDialogues } from './generate-domain.ts';
import type { BuiltinSettings } from './settings.ts';
import { verifyCalls } from './verify.ts';

/**
 * The gold calls of a domain's held-out dialogues, written as text, read back and executed from each dialogue's own initial
 * state: how many dialogues they fulfil. Throws a RangeError on an unknown domain.
 */
export function replayGold(settings: BuiltinSettings, name: string, seed: number): WorldReplay {
  const domain = shapeDomains(settings).find((candidate) => candidate.name === name);
  if (!domain) throw new RangeError(`the builtin suite has no domain '${name}'`);
  const dialogues = generateDialogues(domain, seed, 'heldOut', settings);
  const fulfilled = dialogues.filter(({ world, turns }) => {
    const gold = turns.flatMap(({ calls }) => calls);
    const told = turns.flatMap(({ calls }) => parseCalls(formatCalls(calls)).calls);
    return verifyCalls(world, gold, told).right;
  });
  return { dialogues: dialogues.length, fulfilled: fulfilled.length };
}
