import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeOrders } from '../../plan/tree.ts';
import { FOUR, planOf } from './study.ts';

/** Distinct orders of up to five domains. */
const orders = fc
  .integer({ min: 1, max: 5 })
  .map((count) => ['a', 'b', 'c', 'd', 'e'].slice(0, count))
  .chain((domains) =>
    fc.uniqueArray(fc.shuffledSubarray(domains, { minLength: domains.length }), {
      selector: (order) => order.join(),
      minLength: 1,
      maxLength: 12,
    }),
  );

describe('the tree of blocks', () => {
  test('24 orders of 4 domains are 64 blocks, not 96', () => {
    const plan = planOf({ stream: { domains: FOUR, orders: 'all' } });
    expect(plan.trees.sequential?.orders).toHaveLength(24);
    expect(plan.trees.sequential?.blocks).toHaveLength(64);
    expect(new Set(plan.lineages[0]?.blocks).size).toBe(64);
  });

  test('has one block for each distinct beginning of an order', () => {
    fc.assert(
      fc.property(orders, (given) => {
        const { blocks } = mergeOrders(given);
        const beginnings = given.flatMap((order) =>
          order.map((_, i) => order.slice(0, i + 1).join()),
        );
        expect(blocks).toHaveLength(new Set(beginnings).size);
      }),
    );
  });

  test('walks every order from its root, through parents, to its end', () => {
    fc.assert(
      fc.property(orders, (given) => {
        const { blocks, orders: paths } = mergeOrders(given);
        expect(paths.map((path) => path.map((block) => blocks[block]?.name))).toEqual(given);
        for (const path of paths)
          expect(path.map((block) => blocks[block]?.parent)).toEqual([null, ...path.slice(0, -1)]);
      }),
    );
  });

  test('is listed depth first: a parent is the block before, or an ancestor of it', () => {
    fc.assert(
      fc.property(orders, (given) => {
        let path: number[] = [];
        for (const [block, { parent }] of mergeOrders(given).blocks.entries()) {
          expect(parent === null || path.includes(parent)).toBe(true);
          path = [...path.slice(0, parent === null ? 0 : path.indexOf(parent) + 1), block];
        }
      }),
    );
  });

  test('does not depend on the order in which orders are listed', () => {
    fc.assert(
      fc.property(orders, (given) => {
        expect(mergeOrders(given.toReversed()).blocks).toEqual(mergeOrders(given).blocks);
      }),
    );
  });
});
