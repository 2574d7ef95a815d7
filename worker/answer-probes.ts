import { createServer } from 'node:http';
import { PROBES } from '../k8s/probes.ts';

/**
 * From now on the startup probe of the carrier's container passes, by which the kubelet starts the trainer's. That has one too,
 * which is answered here as well: its container runs.
 */
export function answerProbes(port: number, onTrainerRuns: () => void): void {
  createServer((request, response) => {
    if (request.url === PROBES.trainerRuns) onTrainerRuns();
    response.end();
  })
    .listen(port)
    .unref();
}
