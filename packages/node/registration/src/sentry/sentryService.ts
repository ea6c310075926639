/** What a sentry is asked by the nodes behind it: where others reach it. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { nilable, struct } from '@wadi/cbor/struct'
import { cborCodec, nothing } from '@wadi/grpc/codec'
import { service, unary } from '@wadi/grpc/service'
import { ConsensusAddress } from '@wadi/primitives/nodeAddress'

/** Where others reach a sentry. */
export const SentryAddresses = struct({ consensus: nilable(list(ConsensusAddress)) })
export type SentryAddresses = Infer<typeof SentryAddresses>

/** The service as it is on the wire. */
export const Sentry = service('oasis-core.Sentry', {
  GetAddresses: unary(nothing, cborCodec(SentryAddresses)),
})
