/** Calls of every method: recorded ones, random ones, and what lies between. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { bodyOfMethod, methodBodies } from '@wadi/consensus/methods'
import { happens, mixedValue, pick } from './anyValue.ts'
import { type Call, METADATA, type Sources } from './calls.ts'
import { crafts } from './crafts.ts'

/**
 * What may be called. Not who else than the recorded test says what epoch it is: two such who do
 * not know of each other could have time go backwards.
 */
const METHODS: readonly string[] = [
  ...Object.keys(methodBodies).filter((name) => ![METADATA, 'beacon.SetEpoch'].includes(name)),
  'registry.DeregisterEntity',
]

/** How much of a recorded body is taken as it is, and how much is crafted where it can be. */
const KEPT_ONE_IN = 3
const PLAIN_ONE_IN = 4

/** The same method with another body, and perhaps by somebody else who may call it. */
export function randomized({ method, body, signer }: Call, sources: Sources): Call {
  const { random } = sources
  if (body.length > 0 && happens(KEPT_ONE_IN, random)) return { method, body, signer }
  const craft = happens(PLAIN_ONE_IN, random) ? undefined : crafts[method]
  const crafted = craft?.(sources, () => randomCall(sources))
  if (crafted !== undefined) return { method, signer, ...crafted }
  const schema = bodyOfMethod(method)
  if (schema === undefined) return { method, body: EMPTY_BYTES, signer }
  return {
    method,
    body: encode(schema, mixedValue(schema, decoded(schema, body), sources)),
    signer,
  }
}

/** A call of some method by somebody. */
export function randomCall(sources: Sources): Call | undefined {
  const { actors, random, recorded } = sources
  const method = pick(METHODS, random)!
  const example = pick(recorded.get(method) ?? [], random)
  const own = happens(2, random) ? example?.signer : undefined
  const signer = own ?? pick(actors.signers, random)
  if (signer === undefined) return undefined
  return randomized({ method, body: example?.body ?? EMPTY_BYTES, signer }, sources)
}

/** Undefined for what is no such body. */
function decoded(schema: AnySchema, body: Uint8Array): unknown {
  try {
    return body.length === 0 ? undefined : decode(schema, body)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
