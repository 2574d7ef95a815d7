import { describeStore } from './conformance.ts';
import { MemoryStore } from './memory-store.ts';

const ONE_PROCESS = { acrossProcesses: false, memory: Infinity };

describeStore('a store in memory', ONE_PROCESS, async () => {
  const { objects } = new MemoryStore();
  return {
    open: async () => new MemoryStore(objects),
    tamper: async (path, bytes) => void objects.set(path, Buffer.from(bytes)),
  };
});
