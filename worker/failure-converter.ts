import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failures where the codec sees them; loaded by the SDK, in workflows as well. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
