/**
 * What the kubelet asks the carrier, which shares its network with the trainer. `ready`: is the job complete, so that the
 * trainer may start? `trainerRuns` is asked once the trainer's container runs, which the carrier cannot see by itself.
 */
export const PROBES = { port: 8377, ready: '/', trainerRuns: '/trainer' } as const;
