import { type Check, failed, passed } from './check.ts';

/** In milliseconds: signatures of requests allow minutes, ages of objects are compared in hours. */
const MOST_SKEW = 60_000;
/** Clocks are told to the second, and an answer takes its time. */
const NOTHING = 2_000;

/** `skew`: another clock minus this machine's, in milliseconds. */
export function judgeClock(whose: string, skew: number): Check {
  const off = `${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'}`;
  const said = `${whose} ${Math.abs(skew) <= NOTHING ? 'agrees with' : `is ${off}`} this machine's`;
  if (Math.abs(skew) <= MOST_SKEW) return passed('clock', said);
  return failed('clock', said, 'let NTP keep both: signatures of requests and ages depend on them');
}
