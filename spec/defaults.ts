/** Every default of a `ratchet/v1` file. What a spec leaves out is filled from here and nowhere else. */
export const DEFAULTS = {
  suite: {
    files: {
      source: 'level-1',
      auth: 'own',
      split: { unit: 'dialogue', folds: 5, seed: 0 },
      balanced: { bins: 4, minimum: 10 },
      tools: 'domain',
    },
  },
  condition: { strategy: 'sequential' },
  seeds: 5,
  question: { metric: 'averageAccuracy', margin: 0.05, alpha: 0.05 },
  evaluate: {
    domains: 'all',
    convention: 'exact',
    decoding: { temperature: 0, seed: 0 },
  },
  compute: {
    local: { gpus: 0 },
    kubernetes: {
      gpus: 1,
      gpuResource: 'nvidia.com/gpu',
      cpus: '1',
      memory: '4Gi',
      disk: '10Gi',
      user: 1000,
      gracePeriod: { trainer: 30, upload: 60 },
      startDeadline: 1800,
    },
  },
  checkpoints: { every: 50 },
  parallelism: 2,
} as const;
