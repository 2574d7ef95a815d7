// `npm test`: from a fresh clone to the verdict on everything. Arguments go to vitest (`npm test -- test/plan`).
import { readFileSync, rmSync } from 'node:fs';
import { main, run, setUp, step } from './setup.mjs';

const report = 'dist/tests.json';
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];

await main(async () => {
  await setUp();
  const lint = await step('Checking style and fences', () => run('npm', 'run', '--silent', 'lint'));
  rmSync(report, { force: true });
  const tests = await step('Testing', () =>
    run('node_modules/.bin/vitest', 'run', ...process.argv.slice(2), ...reporters),
  );
  const { passed, failed, skipped } = countTests(tests !== 0);
  if (lint !== 0)
    console.log('\nStyle or a fence is broken: see "Checking style and fences" above.');
  console.log(`\n${passed} passed, ${failed + (lint !== 0)} failed, ${skipped} skipped`);
  return failed > 0 || lint !== 0 ? 1 : 0;
});

/** A file that cannot be loaded, or an error outside any test, is one failure. */
function countTests(broken) {
  const { testResults, ...counts } = JSON.parse(readFileSync(report, 'utf8'));
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = counts.numFailedTests + unloaded.length;
  return {
    passed: counts.numPassedTests,
    failed: broken ? Math.max(1, failed) : failed,
    skipped: counts.numPendingTests + counts.numTodoTests,
  };
}
