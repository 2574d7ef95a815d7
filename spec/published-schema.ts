import { z } from 'zod';
import { CONVENTIONS } from '../contract/scores.ts';
import { label, line } from './fields.ts';
import { LIMITS } from './limits.ts';
import { METRICS } from './metrics.ts';

/** Numbers of others to hold the sweep's against. */

export const SHIPPED = ['trajectory-supervision'] as const;

const row = z.array(z.number().nullable()).min(1).max(LIMITS.domains);

const matrix = z
  .array(row)
  .min(1)
  .max(LIMITS.domains)
  .refine((rows) => rows.every(({ length }) => length === rows[0]?.length), 'rows of equal length')
  .describe('Accuracy: row i after block i, column j on the j-th block; null where not published.')
  .meta({
    examples: [
      [
        [61.1, 57.7],
        [55.6, 67.3],
      ],
    ],
  });

const values = z.partialRecord(z.enum(METRICS), z.number());

const publishedMatrix = z
  .strictObject({
    name: line(200).optional().describe('How the report calls them.'),
    condition: label().describe('The condition of this sweep that they are held against.'),
    unit: z.enum(['percent', 'fraction']).describe('Of the matrix and the metrics.'),
    matrix,
    metrics: values.default({}).describe('What was published beside the matrix.'),
    source: line().optional().describe('Where they were published.'),
    convention: z.enum(CONVENTIONS).optional().describe('What counted as right.'),
    learner: line().optional().describe('What was trained.'),
  })
  .refine(
    ({ unit, matrix: rows }) => unit === 'percent' || rows.flat().every((cell) => (cell ?? 0) <= 1),
    'cells of at most 1 where the unit is fraction',
  )
  .describe('A published accuracy matrix of one condition.');

export const published = z
  .array(z.union([z.enum(SHIPPED), publishedMatrix]))
  .min(1)
  .max(LIMITS.conditions)
  .describe(
    'Published numbers to show distances from: matrices, or the name of a set that ships with Ratchet. trajectory-supervision holds the conditions named strip and keep against arXiv 2605.09734.',
  );
