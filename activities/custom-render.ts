import { Script, createContext } from 'node:vm';
import type { CustomRender } from '../data/conditions.ts';
import { DataError } from '../data/errors.ts';

/** Milliseconds for one example: a function that never returns must not hold a worker. */
const PATIENCE = 5_000;

/**
 * The `render` of a compiled script, in a context of its own without time, chance, files or network: what it returns can
 * only depend on what it is given. This keeps studies repeatable; it is no wall against hostile code.
 *
 * @param code a classic script whose completion value is the module's exports
 */
export function loadCustomRender(name: string, code: string): CustomRender {
  const context = createContext(Object.create(null), {
    codeGeneration: { strings: false, wasm: false },
  });
  const run = (script: string): unknown =>
    new Script(script, { filename: name }).runInContext(context, { timeout: PATIENCE });
  try {
    run('delete globalThis.Date; delete Math.random;');
    context['exported'] = run(code);
  } catch (error) {
    throw broken(name, 'a module that can be loaded', error);
  }
  if (run('typeof exported?.render') !== 'function')
    throw new DataError({
      file: name,
      expected: 'an exported function named render',
      hint: 'export function render(example, context) { return example.messages; }',
    });
  return (example, { random, ...facts }) => {
    Object.assign(context, {
      example: JSON.stringify(example),
      facts: JSON.stringify(facts),
      random,
    });
    try {
      const text = run(
        'JSON.stringify(exported.render(JSON.parse(example), { ...JSON.parse(facts), random: () => random() }))',
      );
      return JSON.parse(String(text)) as ReturnType<CustomRender>;
    } catch (error) {
      throw broken(name, `messages for example ${example.id}`, error);
    }
  };
}

function broken(file: string, expected: string, error: unknown): DataError {
  const reason = error instanceof Error || hasMessage(error) ? error.message : String(error);
  return new DataError({ file, expected, found: `an error: ${reason}` });
}

/** Errors of another context are no instances of this one's. */
function hasMessage(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'message' in error;
}
