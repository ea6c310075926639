/** What a node's operator says. It must not show in what is executed. */

import { CodedError, definePlainErrors } from '@wadi/base/errors'
import { decodeRust, type Schema } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, text } from '@wadi/cbor/scalars'
import type { Frame } from './frame.ts'

const errors = definePlainErrors('paratimeConfig', {
  malformed: 'malformed local configuration',
})

/** The value under a key; undefined in execution, whatever there is. */
export function localConfig<T>(frame: Frame, key: string, schema: Schema<T>): T | undefined {
  if (frame.environment.mode === 'execute') return undefined
  const encoded = frame.context.host?.localConfig.get(key)
  if (encoded === undefined) return undefined
  try {
    return decodeRust(schema, encoded)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.malformed(key)
  }
}

const AllowedQueries = list(mapOf(text, bool))

/** May the query be asked here? What costs much only if the operator says so. */
export function isAllowedQuery(frame: Frame, method: string, cost: 'cheap' | 'expensive'): boolean {
  const isCheap = cost === 'cheap'
  const allowsExpensive = localConfig(frame, 'allow_expensive_queries', bool)
  if (allowsExpensive !== undefined) return isCheap || allowsExpensive
  for (const entry of localConfig(frame, 'allowed_queries', AllowedQueries) ?? []) {
    const ofCost = isCheap ? undefined : entry.get('all_expensive')
    const verdict = entry.get(method) ?? ofCost ?? entry.get('all')
    if (verdict !== undefined) return verdict
  }
  return isCheap
}
