/** How long a runtime may take for what, and what happens then. */

import type { RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import { ABORT_MS, CALL_MS, CHECK_MS, NOTICE_MS, PING_MS } from '../limits.ts'

/** The deadline of a kind of request. */
export interface Deadline {
  readonly ms: number
  /**
   * Whether the runtime is made to give up its work: what it must not be late with. Others only
   * cease to wait, as who asked has other things to do.
   */
  readonly late: 'abort' | 'cease'
}

const TOLD: Deadline = { ms: NOTICE_MS, late: 'cease' }
const ASKED: Deadline = { ms: CALL_MS, late: 'cease' }

/** What is usual; whoever calls may give another number of milliseconds. */
export function deadlineOf(kind: RuntimeRequestKind): Deadline {
  switch (kind) {
    case 'RuntimeCheckTxBatchRequest':
      return { ms: CHECK_MS, late: 'abort' }
    case 'RuntimeExecuteTxBatchRequest':
      return { ms: CALL_MS, late: 'abort' }
    case 'RuntimePingRequest':
      return { ms: PING_MS, late: 'cease' }
    case 'RuntimeAbortRequest':
      return { ms: ABORT_MS, late: 'cease' }
    case 'RuntimeConsensusSyncRequest':
    case 'RuntimeKeyManagerStatusUpdateRequest':
    case 'RuntimeKeyManagerQuotePolicyUpdateRequest':
    case 'RuntimeNotifyRequest':
      return TOLD
    default:
      return ASKED
  }
}
