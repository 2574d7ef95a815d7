import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** Of a workflow's latest run; one that the server does not know does not run. */
export async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
