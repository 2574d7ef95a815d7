import type { Client } from '@temporalio/client';
import type {
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
} from '@temporalio/worker';
import type { ControlActivities } from '../contract/activities.ts';
import { SEARCH_ATTRIBUTES } from '../contract/workflows.ts';
import { type Span, spanIdOf, traceIdOf } from './spans.ts';
import type { Tracer } from './tracer.ts';

const REPORT: keyof ControlActivities = 'report';

/** Spans of quick activities below their workflow; with the report of a sweep, of the sweep and its lineages. */
export function traceActivities(tracer: Tracer, client: Client): ActivityInterceptorsFactory {
  return ({ info }) => {
    const inbound: ActivityInboundCallsInterceptor = {
      execute: async (input, next) => {
        const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
        const sweep = sweepOf(workflowId);
        const start = Date.now();
        let error: string | null = null;
        try {
          return await next(input);
        } catch (thrown) {
          error = thrown instanceof Error ? thrown.message : String(thrown);
          throw thrown;
        } finally {
          const { activityType: name, attempt, activityId } = info;
          tracer.add({
            traceId: traceIdOf(sweep),
            spanId: spanIdOf(`${runId} ${activityId} ${attempt}`),
            parentSpanId: spanIdOf(workflowId),
            name,
            start,
            end: Date.now(),
            attributes: { workflowId, attempt },
            error,
          });
          if (name === REPORT && error === null)
            tracer.add(...(await findSpans(client, sweep).catch(() => [])));
        }
      },
    };
    return { inbound };
  };
}

/** A lineage's id begins with its sweep's. */
function sweepOf(workflowId: string): string {
  return workflowId.split('/')[0] ?? workflowId;
}

/** A workflow that continued as new is one span over all its runs. */
async function findSpans(client: Client, sweep: string): Promise<Span[]> {
  const now = Date.now();
  const spans = new Map<string, Span>();
  const note = (workflowId: string, start: Date, end: Date | undefined): void => {
    const known = spans.get(workflowId);
    const isRoot = workflowId === sweep;
    spans.set(workflowId, {
      traceId: traceIdOf(sweep),
      spanId: spanIdOf(workflowId),
      parentSpanId: isRoot ? null : spanIdOf(sweep),
      name: isRoot ? `sweep ${sweep}` : `lineage ${workflowId.slice(sweep.length + 1)}`,
      start: Math.min(start.getTime(), known?.start ?? Infinity),
      end: Math.max(end?.getTime() ?? now, known?.end ?? 0),
      attributes: { workflowId },
      error: null,
    });
  };
  const { startTime } = await client.workflow.getHandle(sweep).describe();
  note(sweep, startTime, undefined);
  const query = `${SEARCH_ATTRIBUTES.sweep} = "${sweep}"`;
  for await (const run of client.workflow.list({ query }))
    note(run.workflowId, run.startTime, run.closeTime);
  return [...spans.values()];
}
