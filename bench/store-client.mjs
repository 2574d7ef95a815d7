// One upload or download by Ratchet's own store, in a process of its own so that its CPU time can be told.
// Arguments: put or get, store URL, file.
import { openStore } from '../dist/store/open-store.js';

const [verb, url, file] = process.argv.slice(2);
const store = await openStore(url);
if (verb === 'put') process.stdout.write(`${(await store.putBlobFile(file)).sha256}\n`);
else await store.fetchBlob(process.argv[5], file);
