/** What an address book knows of an address. */

import type { NetAddress } from '../address/netAddress.ts'

/** New ones were only heard of; old ones have proven good. */
export type BucketKind = 'new' | 'old'

/** An address with its history. Times are milliseconds since 1970; undefined is never. */
export interface KnownAddress {
  readonly address: NetAddress
  /** Who told us of it. */
  readonly source: NetAddress
  kind: BucketKind
  buckets: readonly number[]
  /** Failed since the last success. */
  attempts: number
  lastAttemptMs: number
  lastSuccessMs: number | undefined
  bannedUntilMs: number | undefined
}

/** All that a book has to remember: the key decides the buckets. */
export interface BookContent {
  readonly key: string
  readonly entries: readonly KnownAddress[]
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const MISSING_MS = 7 * DAY_MS
const RETRIES_WITHOUT_SUCCESS = 3
const FAILURES_MAX = 10

/** An address that was not heard of before. */
export function newAddress(address: NetAddress, source: NetAddress, nowMs: number): KnownAddress {
  return {
    address,
    source,
    kind: 'new',
    buckets: [],
    attempts: 0,
    lastAttemptMs: nowMs,
    lastSuccessMs: undefined,
    bannedUntilMs: undefined,
  }
}

/** Is it worth nothing: a new one, not just tried, that is forgotten or never answers? */
export function isWorthless(known: KnownAddress, nowMs: number): boolean {
  const { kind, attempts, lastAttemptMs, lastSuccessMs } = known
  if (kind === 'old' || lastAttemptMs > nowMs - MINUTE_MS) return false
  if (lastAttemptMs < nowMs - MISSING_MS) return true
  if (lastSuccessMs === undefined && attempts >= RETRIES_WITHOUT_SUCCESS) return true
  return (lastSuccessMs ?? 0) < nowMs - MISSING_MS && attempts >= FAILURES_MAX
}
