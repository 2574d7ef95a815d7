import { METRICS, type MetricRow } from './metric-table.ts';

/** `docs/metrics.md`. */
export function renderMetrics(): string {
  const rows = Object.values<MetricRow>(METRICS).map(({ name, kind, labels, help }) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${named} | ${help} |`;
  });
  return `# Metrics of a worker

<!-- Written by scripts/generate-metrics.mjs from worker/metric-table.ts. -->

Served as Prometheus text at \`/metrics\`, beside those of Temporal's SDK (\`temporal_*\`). A try is one pod, or one trainer on a
worker's own machine. Histograms are in seconds. [operations.md](operations.md) says what to alert on.

| metric | kind | labels | |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
