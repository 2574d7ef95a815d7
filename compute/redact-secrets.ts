/** Names of variables whose values nobody else may read; a path to a secret is none. */
const SECRET =
  /(^|_)(KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSPHRASE|CREDENTIALS?)(_(?!PATH$|FILE$)|$)/i;

/** Shorter ones are words that occur anywhere. */
const SHORTEST = 8;

/**
 * Takes the values of this process's secret variables out of a text that goes to a log or into a workflow's history, and
 * leaves their names: others' error messages may quote anything.
 */
export function redactSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  let redacted = text;
  for (const [name, value] of Object.entries(env))
    if (value && value.length >= SHORTEST && SECRET.test(name))
      redacted = redacted.replaceAll(value, `[${name}]`);
  return redacted;
}
