/** Addresses of peers, how they were learned, and how good they were. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { type NetAddress, printNetAddress } from '../address/netAddress.ts'
import { isRoutable, isValidAddress } from '../address/routability.ts'
import {
  BAD_ADDRESSES_MAX,
  NEW_BUCKETS_PER_ADDRESS_MAX,
  SELECTION_ADDRESSES_MAX,
} from '../limits.ts'
import type { AddressKeeper } from '../network/options.ts'
import { Buckets, newBucketOf, oldBucketOf, type Placement } from './buckets.ts'
import { type BookContent, isWorthless, type KnownAddress, newAddress } from './knownAddress.ts'

/** Below this many addresses more are wanted. */
const ADDRESSES_WANTED = 1000
const SELECTION_PERCENT = 23
const SELECTION_ADDRESSES_MIN = 32
const KEY_BYTES = 12

/** What became of an address. */
export type AddResult =
  | 'added'
  | 'known'
  | 'invalid'
  | 'banned'
  | 'private'
  | 'own'
  | 'not routable'

/** What a book is made of. */
export interface BookOptions {
  readonly clock: Clock
  readonly random: RandomSource
  /** Are addresses taken that not everybody can reach? */
  readonly routability: 'strict' | 'lenient'
  /** Ids that are told to nobody. */
  readonly privateIds?: readonly string[]
  /** Decides the buckets; a fresh one if it was not read from a file. */
  readonly key?: string
}

/** See the top of this file. */
export class AddressBook implements AddressKeeper {
  readonly key: string
  readonly #options: BookOptions
  readonly #placement: Placement
  readonly #privateIds: ReadonlySet<string>
  readonly #own = new Set<string>()
  readonly #known = new Map<string, KnownAddress>()
  readonly #bad = new Map<string, KnownAddress>()
  readonly #buckets = { new: new Buckets('new'), old: new Buckets('old') }

  constructor(options: BookOptions) {
    this.#options = options
    this.key = options.key ?? toHex(options.random.bytes(KEY_BYTES))
    this.#placement = { key: this.key, routability: options.routability }
    this.#privateIds = new Set(options.privateIds)
  }

  get size(): number {
    return this.#known.size
  }

  needsMore(): boolean {
    return this.size < ADDRESSES_WANTED
  }

  has(id: string): boolean {
    return this.#known.has(id)
  }

  /** Has it proven good? */
  isGood(id: string): boolean {
    return this.#known.get(id)?.kind === 'old'
  }

  isBanned(id: string): boolean {
    return this.#bad.has(id)
  }

  addOwn(address: NetAddress): void {
    this.#own.add(printNetAddress(address))
  }

  /** Everything that is known. */
  entries(): readonly KnownAddress[] {
    return [...this.#known.values()]
  }

  /** What goes into its file. */
  content(): BookContent {
    return { key: this.key, entries: this.entries() }
  }

  /**
   * Takes in what was read, but for those who have become private. Indices of buckets must be in
   * range.
   */
  restore(entries: readonly KnownAddress[]): void {
    for (const known of entries) {
      if (this.#privateIds.has(known.address.id)) continue
      assert(!this.#known.has(known.address.id), 'pex: a book has every peer once')
      const { buckets } = known
      known.buckets = []
      const home = this.#buckets[known.kind]
      for (const index of buckets) if (!home.isFull(index)) home.add(known, index)
      if (known.buckets.length > 0) this.#known.set(known.address.id, known)
    }
  }

  /** Somebody tells us of an address. */
  add(address: NetAddress, source: NetAddress): AddResult {
    const refusal = this.#refuse(address, source)
    if (refusal !== undefined) return refusal
    const before = this.#known.get(address.id)
    if (before !== undefined && !this.#isToBeSpread(before)) return 'known'
    const known = before ?? newAddress(address, source, this.#options.clock.unixMs())
    this.#addNew(known, newBucketOf(this.#placement, address, source))
    return before === undefined ? 'added' : 'known'
  }

  remove({ id }: NetAddress): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    this.#buckets[known.kind].removeFromAll(known)
    this.#known.delete(id)
  }

  /** Any address; the bias, from 0 to 100, is towards new ones. */
  pick(bias: number): NetAddress | undefined {
    const { random } = this.#options
    const weightOld = Math.sqrt(this.#buckets.old.count) * (100 - bias)
    const weightNew = Math.sqrt(this.#buckets.new.count) * bias
    const drawn = (randomBelow(random, 2 ** 32) / 2 ** 32) * (weightOld + weightNew)
    const home = drawn < weightOld ? this.#buckets.old : this.#buckets.new
    return home.count === 0 ? undefined : home.pick(random).address
  }

  /** It did something useful. */
  markGood(id: string): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    const nowMs = this.#options.clock.unixMs()
    known.attempts = 0
    known.lastAttemptMs = nowMs
    known.lastSuccessMs = nowMs
    if (known.kind === 'new') this.#promote(known)
  }

  /** It was dialed in vain. */
  markAttempt(id: string): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    known.attempts++
    known.lastAttemptMs = this.#options.clock.unixMs()
  }

  /** It did wrong: it is kept away for a time. */
  markBad(id: string, banMs: number): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    this.remove(known.address)
    known.bannedUntilMs = this.#options.clock.unixMs() + banMs
    this.#bad.set(id, known)
    if (this.#bad.size > BAD_ADDRESSES_MAX) this.#bad.delete(this.#bad.keys().next().value!)
  }

  /** Takes those back whose time is over. */
  reinstate(): void {
    const nowMs = this.#options.clock.unixMs()
    for (const [id, known] of this.#bad) {
      if ((known.bannedUntilMs ?? 0) > nowMs) continue
      this.#bad.delete(id)
      known.kind = 'new'
      this.#addNew(known, newBucketOf(this.#placement, known.address, known.source))
    }
  }

  /** Some of the addresses, for others. */
  selection(): readonly NetAddress[] {
    return this.#draw(this.entries(), this.#selectionSize())
  }

  /** Some of the addresses, so many in a hundred of them new ones if there are old ones. */
  selectionWithBias(bias: number): readonly NetAddress[] {
    const size = this.#selectionSize()
    const entries = this.entries()
    const wantedNew = Math.round((bias * size) / 100)
    const newOnes = entries.filter(({ kind }) => kind === 'new')
    const oldOnes = entries.filter(({ kind }) => kind === 'old')
    const first = this.#draw(newOnes, Math.max(wantedNew, size - oldOnes.length))
    return [...first, ...this.#draw(oldOnes, size - first.length)]
  }

  #selectionSize(): number {
    const least = Math.min(SELECTION_ADDRESSES_MIN, this.size)
    const part = Math.trunc((this.size * SELECTION_PERCENT) / 100)
    return Math.min(SELECTION_ADDRESSES_MAX, Math.max(least, part))
  }

  #draw(entries: readonly KnownAddress[], count: number): readonly NetAddress[] {
    const all = entries.map(({ address }) => address)
    const size = Math.min(count, all.length)
    for (let i = 0; i < size; i++) {
      const j = i + randomBelow(this.#options.random, all.length - i)
      const drawn = all[j]!
      all[j] = all[i]!
      all[i] = drawn
    }
    return all.slice(0, size)
  }

  #refuse(address: NetAddress, source: NetAddress): AddResult | undefined {
    if (!isValidAddress(address)) return 'invalid'
    if (this.#bad.has(address.id)) return 'banned'
    if (this.#privateIds.has(address.id) || this.#privateIds.has(source.id)) return 'private'
    if (this.#own.has(printNetAddress(address))) return 'own'
    if (this.#options.routability === 'strict' && !isRoutable(address)) return 'not routable'
    return undefined
  }

  /** The more buckets it is in, the less likely it gets into another; an old one into none. */
  #isToBeSpread({ kind, buckets }: KnownAddress): boolean {
    if (kind === 'old' || buckets.length >= NEW_BUCKETS_PER_ADDRESS_MAX) return false
    return randomBelow(this.#options.random, 2 * buckets.length) === 0
  }

  #addNew(known: KnownAddress, index: number): void {
    if (known.buckets.includes(index)) return
    if (this.#buckets.new.isFull(index)) this.#expire(index)
    this.#buckets.new.add(known, index)
    this.#known.set(known.address.id, known)
  }

  /** Makes room: what is worth nothing goes first, then the oldest. */
  #expire(index: number): void {
    const home = this.#buckets.new
    const nowMs = this.#options.clock.unixMs()
    const worthless = home.members(index).find((known) => isWorthless(known, nowMs))
    const expired = worthless ?? home.oldest(index)
    if (home.remove(expired, index)) this.#known.delete(expired.address.id)
  }

  /**
   * From the new to the old; if there is no room, the oldest of those goes back to the new.
   * COMPAT(cometbft): the reference means to do the same, and loses that one.
   */
  #promote(known: KnownAddress): void {
    this.#buckets.new.removeFromAll(known)
    known.kind = 'old'
    const index = oldBucketOf(this.#placement, known.address)
    const home = this.#buckets.old
    const demoted = home.isFull(index) ? home.oldest(index) : undefined
    if (demoted !== undefined) home.remove(demoted, index)
    home.add(known, index)
    if (demoted === undefined) return
    demoted.kind = 'new'
    this.#addNew(demoted, newBucketOf(this.#placement, demoted.address, demoted.source))
  }
}
