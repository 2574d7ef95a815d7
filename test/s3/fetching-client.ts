import { provideBase } from '../../compute/base-weights.ts';

/** Arguments: endpoint, source, digest, cache. Prints where the base weights lie. */
const [endpoint = '', source = '', digest = '', cache = ''] = process.argv.slice(2);
process.env['AWS_ENDPOINT_URL_S3'] = endpoint;
const path = await provideBase({ source, digest }, cache, new AbortController().signal);
process.stdout.write(`${JSON.stringify({ path })}\n`);
