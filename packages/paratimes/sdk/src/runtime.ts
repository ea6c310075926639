/** A ParaTime as a runtime: what a host can host. */

import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { answerQuery } from './frame/answerQuery.ts'
import { checkBatch } from './frame/checkBatch.ts'
import { executeBatch } from './frame/executeBatch.ts'
import { type Paratime, SCHEDULE_CONTROL } from './paratime.ts'

/** The runtime that a ParaTime is. */
export function runtimeOf(paratime: Paratime): Runtime {
  const { version, schedule } = paratime
  return {
    version,
    initialBatchSize: schedule?.initialBatchSize ?? SCHEDULE_CONTROL.initialBatchSize,
    check: (context, state, inputs) => checkBatch(paratime, context, state, inputs),
    execute: (context, state, batch) => executeBatch(paratime, context, state, batch),
    query: (context, state, query) => answerQuery(paratime, context, state, query),
  }
}
