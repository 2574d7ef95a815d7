import { afterAll, beforeAll } from 'vitest';
import { checkHistories } from './histories.ts';
import { BUNDLE, silenceTemporal, TestTemporal } from './temporal.ts';

/**
 * A Temporal server for the tests of one file. At the end every history is checked: small payloads, and a replay that
 * takes the same decisions.
 */
export function useTemporal(settings: string[] = []): TestTemporal {
  const temporal = new TestTemporal();
  beforeAll(async () => {
    silenceTemporal();
    await temporal.start(settings);
  });
  afterAll(async () => {
    await checkHistories(temporal.client, BUNDLE).finally(() => temporal.stop());
  });
  return temporal;
}
