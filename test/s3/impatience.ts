import { openS3Store } from '../../store/s3-store.ts';
import type { Store } from '../../store/store.ts';

const MIB = 1024 * 1024;

export interface Impatience {
  /** Milliseconds. */
  patience?: number;
  silence?: number;
}

/** A store behind an endpoint, with pauses so short that a test can wait for them, and the smallest parts there are. */
export function openVia(
  endpoint: string,
  url: string,
  { patience = 10_000, silence = 5000 }: Impatience = {},
): Promise<Store> {
  return openS3Store(url, {
    endpoint,
    timeouts: { connect: silence, silence, answer: Math.max(3000, silence) },
    persistence: { patience, firstPause: 5, lastPause: 50 },
    sizes: { oneRequest: 6 * MIB, part: 5 * MIB },
  });
}
