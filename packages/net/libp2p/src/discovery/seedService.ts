/** What a seed answers: who says that it has something, and who has it. */

import { CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import { isReachable } from '@wadi/consensus-services/registry/addresses'
import type { Reply, Request } from '@wadi/contracts/runtime-network'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'
import { seedErrors } from '../errors.ts'
import { DISCOVERED_MAX, REGISTRATION_MS } from '../limits.ts'
import { encodePeerInfo } from './peerInfo.ts'
import type { Registrations } from './registrations.ts'
import {
  ADVERTISE,
  AdvertiseRequest,
  AdvertiseResponse,
  DISCOVER,
  DiscoverRequest,
  DiscoverResponse,
  NS_PER_MS,
} from './seedMessages.ts'

/** What a seed has. */
export interface SeedOptions {
  readonly registrations: Registrations
  readonly random: RandomSource
  /** Which addresses it tells others. */
  readonly reach: 'routable' | 'any'
}

function argument<T>(schema: Parameters<typeof decode<T>>[0], body: Uint8Array): T {
  try {
    return decode(schema, body)
  } catch (error) {
    if (error instanceof CodedError) throw seedErrors.badRequest()
    throw error
  }
}

/** The answer to a question, by somebody who says that it listens there. */
export function answerAsSeed(
  { registrations, random, reach }: SeedOptions,
  { method, body, from }: Request,
  listensAt: readonly NodeAddress[],
): Reply {
  if (method === ADVERTISE) {
    const { namespace } = argument(AdvertiseRequest, body)
    const addresses = listensAt.filter((address) => reach === 'any' || isReachable(address))
    if (addresses.length === 0) registrations.remove(namespace, from)
    else registrations.add(namespace, { key: from, addresses })
    const ttl = BigInt(REGISTRATION_MS) * NS_PER_MS
    return { kind: 'ok', body: encode(AdvertiseResponse, { ttl }) }
  }
  if (method !== DISCOVER) throw seedErrors.methodNotSupported()
  const { namespace, limit } = argument(DiscoverRequest, body)
  const isUsual = limit >= 1n && limit <= BigInt(DISCOVERED_MAX)
  const count = isUsual ? Number(limit) : DISCOVERED_MAX
  const peers = registrations.some(namespace, count, random).map(encodePeerInfo)
  return { kind: 'ok', body: encode(DiscoverResponse, { peers }) }
}
