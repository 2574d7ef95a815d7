export interface Sample {
  /** As it stands on the page, e.g. `x_seconds_bucket`. */
  name: string;
  /** What it belongs to, e.g. `x_seconds`. */
  metric: string;
  labels: Record<string, string>;
  value: number;
}

/** A page in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/. Throws at any other line. */
export function readPage(text: string): { samples: Sample[]; types: Map<string, string> } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed && type) types.set(typed, type);
    else if (!/^# (HELP|UNIT) /.test(line)) samples.push(readSample(line, types));
  }
  return { samples, types };
}

function readSample(line: string, types: Map<string, string>): Sample {
  const [, name = '', inside = '', value] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (value === undefined || Number.isNaN(Number(value.replace('+Inf', 'Infinity'))))
    throw new Error(`no sample: ${line}`);
  const labels = Object.fromEntries(
    [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]),
  ) as Record<string, string>;
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return { name, metric: types.has(name) ? name : base, labels, value: Number(value) };
}
