import { expect, it } from 'vitest';
import { choosePorts } from '../../worker/embedded-server.ts';

it('gives every server ports of its own, however many choose at once and have not bound them yet', async () => {
  const chosen = await Promise.all(Array.from({ length: 300 }, () => choosePorts(null)));
  const ports = chosen.flatMap(({ server, ui }) => [server, ui]);
  expect(new Set(ports).size).toBe(ports.length);
  for (const wanted of chosen.slice(0, 3)) expect(await choosePorts(wanted)).toEqual(wanted);
});
