import { stringify } from 'yaml';
import type { Compute } from '../compute/compute.ts';
import { expectCounted, hasOneCount } from '../plan/expected-counts.ts';
import type { Expected } from '../spec/expected-schema.ts';
import type { Store } from '../store/store.ts';
import { countBlocks } from './count-tokens.ts';
import type { LoadedSweep } from './load-sweep.ts';
import { print, printJson, say } from './output.ts';

/** Prints what the trainer counts as the section of a sweep file that expects it. */
export async function printExpected(
  store: Store,
  compute: Compute,
  loaded: LoadedSweep,
  options: { json?: boolean },
): Promise<void> {
  const { plan } = loaded;
  const expect = expectCounted(plan, await countBlocks(store, compute, loaded, plan.lineages));
  if (options.json) return printJson({ expect });
  const { conditions } = plan.spec;
  const others = conditions.filter((condition) => !hasOneCount(plan.spec, condition));
  if (others.length < conditions.length) print(drawExpected(expect));
  if (others.length > 0)
    say(`left out, without one count a domain: ${others.map(({ name }) => name).join(', ')}`);
}

/** YAML as people write it: a line a condition or, where seeds differ, a domain. */
function drawExpected(expect: Expected): string {
  const lines = ['expect:'];
  for (const [what, byCondition = {}] of Object.entries(expect)) {
    lines.push(`  ${what}:`);
    for (const [condition, byDomain] of Object.entries(byCondition)) {
      const domains = Object.entries(byDomain).map(([domain, count]) => {
        return `${quote(domain)}: ${typeof count === 'number' ? count : drawBySeed(count)}`;
      });
      const isShort = Object.values(byDomain).every((count) => typeof count === 'number');
      if (isShort) lines.push(`    ${quote(condition)}: { ${domains.join(', ')} }`);
      else lines.push(`    ${quote(condition)}:`, ...domains.map((line) => `      ${line}`));
    }
  }
  return lines.join('\n');
}

function drawBySeed(counts: Record<string, number>): string {
  const each = Object.entries(counts).map(([seed, count]) => `${seed}: ${count}`);
  return `{ ${each.join(', ')} }`;
}

/** Where YAML would read a name as a number or as nothing. */
function quote(name: string): string {
  return stringify(name).trimEnd();
}
