import { execFileSync } from 'node:child_process';

/** What the tests start as a user would (bundles, the CLI) is built from the sources as they stand. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
