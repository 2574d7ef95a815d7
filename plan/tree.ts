import type { Strategy, Sweep } from '../spec/sweep.ts';
import type { BlockTree } from './plan.ts';

/** The blocks that a strategy needs to walk a stream. */
export function growTree(strategy: Strategy, { domains, orders }: Sweep['stream']): BlockTree {
  switch (strategy) {
    case 'sequential':
      return mergeOrders(orders);
    case 'joint':
      return { blocks: [{ name: 'joint', domains, parent: null }], orders: [[0]] };
    case 'zero-shot':
      return { blocks: [], orders: [[]] };
  }
}

/** Orders merged into a tree: orders that begin alike share those blocks. */
export function mergeOrders(orders: readonly string[][]): BlockTree {
  const blocks: BlockTree['blocks'] = [];
  const blockOf = new Map<string, number>();
  // Sorting puts shared prefixes side by side, so that indices run depth first.
  const paths = new Map<string[], number[]>();
  for (const order of orders.toSorted(compareOrders)) {
    const path: number[] = [];
    for (const [depth, domain] of order.entries()) {
      const beginning = JSON.stringify(order.slice(0, depth + 1));
      let block = blockOf.get(beginning);
      if (block === undefined) {
        block = blocks.push({ name: domain, domains: [domain], parent: path.at(-1) ?? null }) - 1;
        blockOf.set(beginning, block);
      }
      path.push(block);
    }
    paths.set(order, path);
  }
  return { blocks, orders: orders.map((order) => paths.get(order) ?? []) };
}

function compareOrders(a: string[], b: string[]): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
