/** What a hostile or broken proposer makes of a good block, kind by kind. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import { BlockMetadata } from '@wadi/consensus/consensus/methods'
import type { Misbehaviour } from '@wadi/consensus-services/kernel/block'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { ReplayedBlock } from '../replay/recordedHeader.ts'
import { pick } from './anyValue.ts'
import { METADATA, recordedCalls } from './calls.ts'

/** Gives damaged forms of a good block; the same ones for the same random source. */
export type BlockDamage = (good: ReplayedBlock, random: RandomSource) => Iterable<ReplayedBlock>

const COMET_ADDRESS_SIZE = 20
const NANOSECONDS = 1_000_000_000

function flipped(bytes: Uint8Array, random: RandomSource): Uint8Array {
  // A Buffer’s own slice would share its memory.
  const changed = Uint8Array.from(bytes)
  if (changed.length > 0)
    changed[randomBelow(random, changed.length)]! ^= 1 << randomBelow(random, 8)
  return changed
}

function isMetadata(raw: Uint8Array): boolean {
  return recordedCalls([raw]).proposer !== undefined
}

/** The proposer's transaction with other contents under the old signature. */
function forged(raw: Uint8Array, change: (transaction: Transaction) => Transaction): Uint8Array {
  const signed = decode(SignedTransaction, raw)
  const transaction = change(decode(Transaction, signed.untrustedRawValue))
  return encode(SignedTransaction, {
    ...signed,
    untrustedRawValue: encode(Transaction, transaction),
  })
}

function* damagedTransactions(
  { transactions }: ReplayedBlock,
  random: RandomSource,
): Generator<readonly Uint8Array[]> {
  const own = transactions.filter(isMetadata)
  const others = transactions.filter((raw) => !isMetadata(raw))
  const [metadata] = own
  if (metadata === undefined) return
  yield others
  yield []
  yield [...transactions, metadata]
  yield [metadata, ...transactions]
  yield [...others, flipped(metadata, random)]
  yield [...others, forged(metadata, (meta) => ({ ...meta, nonce: 1n }))]
  yield [...others, forged(metadata, (meta) => ({ ...meta, method: METADATA.toUpperCase() }))]
  const body = encode(BlockMetadata, { ...BlockMetadata.zero, eventsRoot: new Uint8Array(32) })
  yield [...others, forged(metadata, (meta) => ({ ...meta, body }))]
  yield [metadata, ...others]
  yield [...others.slice(1), metadata]
  yield [...others.toReversed(), metadata]
  yield [...others, ...others, metadata]
  yield [...others.map((raw) => flipped(raw, random)), metadata]
  yield [...others, random.bytes(randomBelow(random, 200)), metadata]
}

function* damagedEvidence(good: ReplayedBlock, random: RandomSource): Generator<Misbehaviour> {
  const { time, height } = good
  const known = pick(good.lastCommit, random)?.validator ?? good.proposer
  const kinds = ['duplicate-vote', 'light-client-attack', 'unknown'] as const
  const validators = [known, good.proposer, random.bytes(COMET_ADDRESS_SIZE), new Uint8Array(0)]
  for (const kind of kinds)
    for (const validator of validators) {
      yield { kind, validator, height, time }
      yield { kind, validator, height: -height, time: { seconds: -1n, nanoseconds: 0 } }
    }
}

/** The kinds of damage, by the part of the block that is damaged. */
export const blockDamages = {
  *header(good, random) {
    const { time } = good
    yield { ...good, time: { ...time, seconds: time.seconds + 1n } }
    yield { ...good, time: { seconds: -(2n ** 62n), nanoseconds: NANOSECONDS - 1 } }
    yield { ...good, proposer: random.bytes(COMET_ADDRESS_SIZE) }
    yield { ...good, proposer: new Uint8Array(0) }
    yield { ...good, height: good.height + 1n }
    yield { ...good, nextValidatorsHash: new Uint8Array(0) }
  },
  *commit(good, random) {
    const { lastCommit } = good
    const isSigned = (hasSigned: boolean) => lastCommit.map((vote) => ({ ...vote, hasSigned }))
    yield { ...good, lastCommit: [] }
    yield { ...good, lastCommit: isSigned(true) }
    yield { ...good, lastCommit: isSigned(false) }
    yield { ...good, lastCommit: [...lastCommit, ...lastCommit] }
    yield { ...good, lastCommit: lastCommit.toReversed() }
    const strange = [random.bytes(COMET_ADDRESS_SIZE), random.bytes(3), new Uint8Array(0)]
    for (const validator of strange)
      yield { ...good, lastCommit: [...lastCommit, { validator, hasSigned: true }] }
  },
  *evidence(good, random) {
    for (const misbehaviour of damagedEvidence(good, random))
      yield { ...good, misbehaviour: [...good.misbehaviour, misbehaviour] }
  },
  *transactions(good, random) {
    for (const transactions of damagedTransactions(good, random)) yield { ...good, transactions }
  },
} as const satisfies Readonly<Record<string, BlockDamage>>
