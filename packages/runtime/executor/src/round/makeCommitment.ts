/** What is signed in the end: results, or that there are none. */

import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { ComputeResultsHeader, FAILURES } from '@wadi/consensus/roothash/commitments'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { hashOfHeader, nextRound } from '@wadi/runtime-protocol/block'
import type { ComputedBatch } from '@wadi/runtime-protocol/host-protocol/batches'
import type { RoundBase } from './base.ts'
import type { UnsignedCommitment } from './effect.ts'

/** A commitment to results. Messages come from the scheduler alone. */
export function makeCommitment(
  own: PublicKey,
  schedulerId: PublicKey,
  { header, rakSig, messages }: ComputedBatch,
): UnsignedCommitment {
  return {
    // COMPAT(oasis-core): the signature of an enclave is there also where no runtime has one.
    header: { schedulerId, header, failure: FAILURES.none, rakSig },
    messages: equalBytes(own, schedulerId) ? messages : [],
  }
}

/** A commitment that says nothing but that there is no result. */
export function makeFailure({ header }: RoundBase, schedulerId: PublicKey): UnsignedCommitment {
  const results = make(ComputeResultsHeader, {
    round: nextRound(header),
    previousHash: hashOfHeader(header),
  })
  const failure = FAILURES.unknown
  return { header: { schedulerId, header: results, failure, rakSig: undefined }, messages: [] }
}
