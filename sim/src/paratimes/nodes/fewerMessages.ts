/** A runtime that does not take all messages that wait for it, as that of a byzantine node. */

import type { Runtime } from '@wadi/runtime-protocol/runtime'

/** Leaves the last message out, if there is any, and tells of it. */
export function fewerMessages(runtime: Runtime, misdid: () => void): Runtime {
  return {
    ...runtime,
    execute: (context, state, batch) => {
      const { inMessages } = batch
      if (inMessages.length > 0) misdid()
      return runtime.execute(context, state, { ...batch, inMessages: inMessages.slice(0, -1) })
    },
  }
}
