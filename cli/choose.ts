import { nearestWord } from '../spec/nearest.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** One of the names that are known. Throws a `CliError` that lists them. */
export function choose<T extends string | number>(
  kind: string,
  wanted: string,
  known: readonly T[],
): T {
  const found = known.find((one) => String(one) === wanted);
  if (found !== undefined) return found;
  const names = known.map(String);
  const near = nearestWord(wanted, names);
  throw new CliError(
    EXIT.notFound,
    `no ${kind} ${wanted}: there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
  );
}

/** An option that may be given several times. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}
