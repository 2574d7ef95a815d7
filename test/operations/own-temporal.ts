import { once } from 'node:events';
import { choosePorts, isAnswering, startServer } from '../../worker/embedded-server.ts';
import { openHome } from '../../worker/home.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import { afterwards } from '../support/afterwards.ts';
import { makePlace, type Place } from '../support/sweep-process.ts';

/** A Temporal server that is no supervisor's, until the tests of the file are done. */
export async function startOwnTemporal(settings?: string[]): Promise<string> {
  const ports = await choosePorts(null);
  const binary = await obtainTemporal(() => undefined);
  const server = startServer(binary, openHome(newPlace().home), ports, settings);
  afterwards(async () => {
    const ended = once(server, 'exit');
    if (server.kill('SIGKILL')) await ended;
  });
  if (!(await isAnswering(server, ports.server))) throw new Error('the server ended');
  return `127.0.0.1:${ports.server}`;
}

/** A scratch folder until the tests of the file are done. */
export function newPlace(): Place {
  const place = makePlace();
  afterwards(place.remove);
  return place;
}
