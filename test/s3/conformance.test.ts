import { openS3Store } from '../../store/s3-store.ts';
import { describeStore } from '../store/conformance.ts';
import { describeOnServers } from './server.ts';

const MIB = 1024 * 1024;

describeOnServers('on', (server) => {
  // A few pieces of 16 MiB are on their way at once.
  describeStore('an S3 store', { acrossProcesses: true, memory: 160 * MIB }, async () => {
    const url = server().newUrl();
    return {
      open: () => openS3Store(url),
      tamper: async (path, bytes) => (await openS3Store(url)).replace(path, bytes),
    };
  });
});
