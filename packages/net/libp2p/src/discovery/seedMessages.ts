/** What nodes ask seeds, and what seeds answer. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, i64, text } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, struct } from '@wadi/cbor/struct'

/** The sender has what the namespace names: a topic or a protocol. */
export const AdvertiseRequest = struct({ namespace: omitEmpty(text) })
export type AdvertiseRequest = Infer<typeof AdvertiseRequest>

/** For how long that is remembered, in nanoseconds. */
export const AdvertiseResponse = struct({ ttl: omitEmpty(i64) })
export type AdvertiseResponse = Infer<typeof AdvertiseResponse>

/** Who else has it? */
export const DiscoverRequest = struct({ namespace: omitEmpty(text), limit: omitEmpty(i64) })
export type DiscoverRequest = Infer<typeof DiscoverRequest>

/** Peers in libp2p's JSON. */
export const DiscoverResponse = struct({ peers: omitEmpty(nilable(list(bytes))) })
export type DiscoverResponse = Infer<typeof DiscoverResponse>

export const ADVERTISE = 'advertise'
export const DISCOVER = 'discover'

/** Nanoseconds of a millisecond. */
export const NS_PER_MS = 1_000_000n
