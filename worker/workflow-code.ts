import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { failureConverterPath } from './data-converter.ts';

const DIST = join(import.meta.dirname, '..');

/** The code of the workflows: made with the build, or in seconds at the start of a worker that wants more than that. */
export async function loadWorkflows(): Promise<WorkflowBundleOption> {
  const path = failureConverterPath();
  if (path === undefined) return { codePath: join(DIST, 'workflows.bundle.js') };
  return bundleWorkflowCode({
    workflowsPath: join(DIST, 'workflows', 'index.js'),
    failureConverterPath: path,
    logger: SILENT,
  });
}

const nothing = (): void => undefined;
const SILENT = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
