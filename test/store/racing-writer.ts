import { openStore } from '../../store/open-store.ts';

/** Arguments: store URL, writer's name, rounds. Tries to create the same objects as all others. */
const [url = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = await openStore(url);
for (let round = 0; round < Number(rounds); round++) {
  const won = await store.create(`race/${round}.json`, new TextEncoder().encode(name.repeat(1000)));
  process.stdout.write(`${JSON.stringify({ round, won })}\n`);
}
