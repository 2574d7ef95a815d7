// `npm run demo`: from a fresh clone to the demo's report. Safe to run again: what stands is not done twice.
import { main, run, setUp, step } from './setup.mjs';

await main(async () => {
  await setUp();
  return step('Running the demo', () => run(process.execPath, 'bin/ratchet.js', 'demo'));
});
