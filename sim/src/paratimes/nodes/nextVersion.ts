/** The next version of a ParaTime: what it does differently shows in every state that it makes. */

import { toUtf8 } from '@wadi/base/bytes'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { NEXT_VERSION } from '../chain/paratimeGenesis.ts'

/** No runtime here has keys that begin like that. */
const KEY = toUtf8('next version')

/** See the top of this file. */
export function nextVersionOf(runtime: Runtime): Runtime {
  return {
    ...runtime,
    version: NEXT_VERSION,
    execute: (context, state, batch) => {
      const outcome = runtime.execute(context, state, batch)
      state.insert(KEY, toUtf8(String(context.header.round)))
      return outcome
    },
  }
}
