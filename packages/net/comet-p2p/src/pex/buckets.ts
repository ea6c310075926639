/**
 * Where addresses are kept. Who tells us of many addresses fills a few buckets with them and not
 * the book: the bucket follows from the group of who told it, and a key that nobody else knows.
 */

import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { type NetAddress, printNetAddress } from '../address/netAddress.ts'
import { groupOf } from '../address/routability.ts'
import { BUCKET_ADDRESSES_MAX, NEW_BUCKET_COUNT, OLD_BUCKET_COUNT } from '../limits.ts'
import type { BucketKind, KnownAddress } from './knownAddress.ts'

const COUNTS: Readonly<Record<BucketKind, number>> = {
  new: NEW_BUCKET_COUNT,
  old: OLD_BUCKET_COUNT,
}
const NEW_BUCKETS_PER_GROUP = 32
const OLD_BUCKETS_PER_GROUP = 4

/** What decides where an address goes. */
export interface Placement {
  readonly key: string
  readonly routability: 'strict' | 'lenient'
}

/**
 * Part of a keyed hash, below a bound.
 * COMPAT(cometbft): the reference takes HighwayHash under a key that it forgets at every end, so
 * its buckets cannot be computed again, and need not be.
 */
function hashBelow(bound: number, ...parts: readonly (string | number)[]): number {
  const texts = parts.map((part) => toUtf8(`${part}\n`))
  const digest = sha256(concatBytes(...texts))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % bound
}

/** The bucket of an address that somebody told us. */
export function newBucketOf(
  { key, routability }: Placement,
  address: NetAddress,
  source: NetAddress,
): number {
  const sourceGroup = groupOf(source, routability)
  const share = hashBelow(NEW_BUCKETS_PER_GROUP, key, groupOf(address, routability), sourceGroup)
  return hashBelow(NEW_BUCKET_COUNT, key, sourceGroup, share)
}

/** The bucket of an address that has proven good. */
export function oldBucketOf({ key, routability }: Placement, address: NetAddress): number {
  const share = hashBelow(OLD_BUCKETS_PER_GROUP, key, printNetAddress(address))
  return hashBelow(OLD_BUCKET_COUNT, key, groupOf(address, routability), share)
}

/** The buckets of one kind. */
export class Buckets {
  readonly kind: BucketKind
  readonly #buckets: readonly Set<KnownAddress>[]
  /** Addresses that are in at least one bucket. */
  #count = 0

  constructor(kind: BucketKind) {
    this.kind = kind
    this.#buckets = Array.from({ length: COUNTS[kind] }, () => new Set<KnownAddress>())
  }

  get count(): number {
    return this.#count
  }

  isFull(index: number): boolean {
    return this.#buckets[index]!.size >= BUCKET_ADDRESSES_MAX
  }

  members(index: number): readonly KnownAddress[] {
    return [...this.#buckets[index]!]
  }

  add(known: KnownAddress, index: number): void {
    const bucket = this.#buckets[index]!
    if (bucket.has(known)) return
    assert(known.kind === this.kind && !this.isFull(index), 'pex: no such place in a bucket')
    bucket.add(known)
    if (known.buckets.length === 0) this.#count++
    known.buckets = [...known.buckets, index]
  }

  /** Takes it out of one bucket; is it in no other? */
  remove(known: KnownAddress, index: number): boolean {
    if (!this.#buckets[index]!.delete(known)) return false
    known.buckets = known.buckets.filter((other) => other !== index)
    if (known.buckets.length > 0) return false
    this.#count--
    return true
  }

  removeFromAll(known: KnownAddress): void {
    for (const index of known.buckets) this.remove(known, index)
  }

  /** The one of a bucket that was tried the longest time ago. */
  oldest(index: number): KnownAddress {
    const [first, ...others] = this.members(index)
    assert(first !== undefined, 'pex: an empty bucket has no oldest address')
    return others.reduce((a, b) => (b.lastAttemptMs < a.lastAttemptMs ? b : a), first)
  }

  /** Any one, from any bucket that is not empty. There must be one. */
  pick(random: RandomSource): KnownAddress {
    for (;;) {
      const members = this.members(randomBelow(random, this.#buckets.length))
      if (members.length > 0) return members[randomBelow(random, members.length)]!
    }
  }
}
