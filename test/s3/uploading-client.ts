import { openVia } from './impatience.ts';

/** Arguments: endpoint, store URL, file. Stores the file as a blob. */
const [endpoint = '', url = '', file = ''] = process.argv.slice(2);
const store = await openVia(endpoint, url, { patience: 60_000, silence: 60_000 });
await store.putBlobFile(file);
