/** Questions that are answered without a transaction. */

import { make } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import type { ReadableState } from '@wadi/mkvs/state'
import type { Query, RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { readBytes, value } from '../codec.ts'
import type { QueryMethod } from '../method.ts'
import { parametersQuery } from '../module.ts'
import { errors } from '../modules/core/errors.ts'
import type { Paratime } from '../paratime.ts'
import { storeOf } from '../state/overlay.ts'
import { Frame } from './frame.ts'
import { isAllowedQuery } from './localConfig.ts'
import { migrate } from './migrate.ts'

const NO_RESULTS = make(RoundResults, {})

/** The encoded answer. Whatever it takes to find it leaves no trace. */
export function answerQuery(
  paratime: Paratime,
  context: RuntimeContext,
  state: ReadableState,
  { method, args }: Query,
): Uint8Array {
  const frame = new Frame({
    paratime,
    context,
    roundResults: NO_RESULTS,
    mode: 'check',
    store: storeOf(state),
  })
  const decoding = readBytes(value, args)
  if (decoding.kind === 'refused') throw errors.invalidArgument(decoding.sentence)
  return frame.nested({}, () => {
    migrate(frame)
    const found = queryOf(paratime, method)
    const isExpensive = found?.isExpensive ?? false
    if (!isAllowedQuery(frame, method, isExpensive ? 'expensive' : 'cheap')) {
      throw errors.forbidden()
    }
    if (found === undefined) throw errors.invalidMethod(method)
    return { fate: 'drop', result: found.run(frame, decoding.value) }
  })
}

function queryOf({ modules }: Paratime, name: string): QueryMethod | undefined {
  for (const module of modules) {
    for (const method of [...module.methods, parametersQuery(module)]) {
      if (method.kind === 'query' && method.name === name) return method
    }
  }
  return undefined
}
