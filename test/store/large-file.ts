import { openStore } from '../../store/open-store.ts';

/** Arguments: store URL, a large file, where to fetch it to. Prints by how many bytes the process grew at most. */
const [url = '', file = '', copy = ''] = process.argv.slice(2);
const store = await openStore(url);
const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
const { sha256, size } = await store.putBlobFile(file);
await store.fetchBlob(sha256, copy);
clearInterval(watch);
process.stdout.write(`${JSON.stringify({ size, growth: most - before })}\n`);
