/** Transactions for a block of a workload: recorded ones, changed, among others that were not. */

import { toHex } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/cbor/codec'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { type ReadableState, read } from '@wadi/consensus-services/kernel/state'
import { stakingAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { happens, pick } from './anyValue.ts'
import { signatureOf } from './belief.ts'
import type { Call, Sources } from './calls.ts'
import { craftedRound } from './craftedRound.ts'
import { randomCall, randomized } from './randomCall.ts'

const RANDOM_CALLS_MAX = 6
const DROPPED_ONE_IN = 20
const CHANGED_ONE_IN = 10
/** What a chain cannot do without; it stays as it was recorded, and others are added. */
const VITAL = ['beacon.SetEpoch', 'beacon.VRFProve', 'registry.RegisterNode']
const STRANGE_NONCE_ONE_IN = 40
const GAS = 10n ** 9n
const FEES = [0n, 0n, 0n, 0n, 1n, 7n]

function changedCall(call: Call, sources: Sources): Call | undefined {
  const { random } = sources
  if (VITAL.includes(call.method)) return call
  // What was recorded of rounds fits nothing any more as soon as one of them was another.
  if (call.method === 'roothash.ExecutorCommit' && happens(2, random))
    return { ...call, ...craftedRound(sources) }
  if (happens(DROPPED_ONE_IN, random)) return undefined
  if (!happens(CHANGED_ONE_IN, random)) return call
  return randomized(call, sources)
}

/** A block's calls: recorded ones in their order, some changed or dropped, others in between. */
export function mixedCalls(calls: readonly Call[], sources: Sources): readonly Call[] {
  const { random } = sources
  const mixture = calls.flatMap((call) => changedCall(call, sources) ?? [])
  for (let count = randomBelow(random, RANDOM_CALLS_MAX + 1); count > 0; count--) {
    const call = randomCall(sources)
    if (call !== undefined) mixture.splice(randomBelow(random, mixture.length + 1), 0, call)
  }
  return mixture
}

/** Gives calls the nonces that their signers need, and fees. */
export function transactionsOf(
  calls: readonly Call[],
  state: ReadableState,
  random: RandomSource,
): readonly Uint8Array[] {
  const nonces = new Map<string, bigint>()
  return calls.map(({ method, body, signer }) => {
    const key = toHex(signer)
    const account = read(state, stakingKeys.accounts, stakingAddress(signer))
    const nonce = nonces.get(key) ?? account?.general.nonce ?? 0n
    const isStrange = happens(STRANGE_NONCE_ONE_IN, random)
    if (!isStrange) nonces.set(key, nonce + 1n)
    const fee = { amount: quantity(pick(FEES, random)!), gas: GAS }
    const transaction = { nonce: isStrange ? nonce + 1n : nonce, fee, method, body }
    const untrustedRawValue = encode(Transaction, transaction)
    return encode(SignedTransaction, { untrustedRawValue, signature: signatureOf(signer) })
  })
}
