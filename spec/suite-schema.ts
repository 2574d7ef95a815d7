import { z } from 'zod';
import { builtinSuite } from './builtin-suite-schema.ts';
import { apiBankSuite, jsonlSuite } from './file-suites.ts';

/** Where dialogues come from, and the knobs of each source. */

export const suite = z
  .discriminatedUnion('kind', [builtinSuite, apiBankSuite, jsonlSuite])
  .describe('Where domains, tools and dialogues come from.');
