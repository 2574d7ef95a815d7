import picocolors from 'picocolors';

const { env, stdout } = process;
const isWanted = Boolean(env['FORCE_COLOR']) || (stdout.isTTY && env['TERM'] !== 'dumb');

/** Only where a person looks: unlike the library's own default, a pipe in CI gets none. */
export const pc = picocolors.createColors(isWanted && !env['NO_COLOR']);
