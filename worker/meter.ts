import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter } from '@temporalio/common';
import { METRICS, type MetricRow } from './metric-table.ts';

type Instrument<Row extends MetricRow> = Row['kind'] extends 'counter'
  ? MetricCounter
  : Row['kind'] extends 'gauge'
    ? MetricGauge
    : MetricHistogram;

/** The table's metrics, ready to be counted. */
export type Metrics = { [Name in keyof typeof METRICS]: Instrument<(typeof METRICS)[Name]> };

/** Made on the SDK's own meter, so that one page serves its metrics and ours. */
export function createMetrics(meter: MetricMeter): Metrics {
  const create = ({ name, kind, help }: MetricRow): Metrics[keyof Metrics] => {
    switch (kind) {
      case 'counter':
        // The page gives every counter this ending.
        return meter.createCounter(name.replace(/_total$/, ''), undefined, help);
      case 'gauge':
        return meter.createGauge(name, 'float', undefined, help);
      case 'histogram':
        return meter.createHistogram(name, 'float', undefined, help);
    }
  };
  return Object.fromEntries(
    Object.entries(METRICS).map(([key, row]) => [key, create(row)]),
  ) as unknown as Metrics;
}

/** Bounds of buckets by metric, as the SDK takes them. */
export function bucketsOf(rows: Record<string, MetricRow> = METRICS): Record<string, number[]> {
  return Object.fromEntries(
    Object.values(rows).flatMap(({ name, buckets }) => (buckets ? [[name, buckets]] : [])),
  );
}
