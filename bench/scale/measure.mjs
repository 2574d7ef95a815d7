// What a sweep cost, from the API server's audit log, Temporal's own figures, and Linux's /proc.
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Answered requests of one user, by verb and resource, e.g. `create jobs`. */
export async function countRequests(audit, user) {
  const counts = {};
  for await (const line of createInterface({ input: createReadStream(audit) })) {
    const { user: who, verb, objectRef } = JSON.parse(line);
    if (who.username !== user || !objectRef) continue;
    const { resource, subresource } = objectRef;
    const name = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The largest history of any workflow, and how many there are. */
export async function measureHistories(client) {
  const largest = { workflows: 0, events: 0, bytes: 0 };
  for await (const { historyLength, historySize = 0 } of client.workflow.list()) {
    largest.workflows++;
    largest.events = Math.max(largest.events, historyLength);
    largest.bytes = Math.max(largest.bytes, historySize);
  }
  return largest;
}

/** Looks at a process's memory once a second until `stop`, which tells what it saw. In MiB. */
export function watchMemory(pid) {
  const seen = [];
  const timer = setInterval(() => seen.push(residentMib(pid)), 1000);
  return () => {
    clearInterval(timer);
    // Garbage comes and goes: what stays shows in the middle of each third.
    const third = Math.ceil(seen.length / 3);
    const thirds = [0, 1, 2].map((part) => medianOf(seen.slice(part * third, (part + 1) * third)));
    return { most: Math.max(...seen), thirds };
  };
}

function residentMib(pid) {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kib) / 1024);
}

function medianOf(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
