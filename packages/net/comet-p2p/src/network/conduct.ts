/** How peers behaved, and who is kept away for a while. */

import type { Clock } from '@wadi/base/clock'
import type { Offence } from '@wadi/contracts/peers'
import { BANS_MAX, CONDUCT_RECORDS_MAX } from '../limits.ts'

/** What each offence adds to a score. */
const POINTS: Readonly<Record<Offence['severity'], number>> = { slow: 1, drop: 10, ban: 40 }

/** From this score on a peer is listened to more slowly … */
const SLOWED_AT = 5
/** … is dropped … */
const DROPPED_AT = 10
/** … and is kept away: three drops within half a minute, or one thing that nobody honest does. */
const BANNED_AT = 25

/** A score halves in this time. */
const HALF_LIFE_MS = 60_000

/** How long somebody is kept away; each time again twice as long, up to a day. */
const BAN_MS = 10 * 60_000
const BAN_MS_MAX = 24 * 60 * 60_000

/** What becomes of a peer after an offence. */
export type Verdict = 'none' | 'slowed' | 'dropped' | 'banned'

interface Conduct {
  readonly score: number
  readonly sinceMs: number
  readonly bans: number
}

/** Names are ids and IP addresses as text. */
export class ConductBook {
  readonly #clock: Clock
  /** In the order of the last offence. */
  readonly #records = new Map<string, Conduct>()
  readonly #bannedUntilMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts an offence of somebody, who is known by these names, and says what becomes of it. */
  judge(names: readonly string[], { severity }: Offence): Verdict {
    const points = POINTS[severity]
    const scores = names.map((name) => this.#add(name, points))
    const score = Math.max(...scores)
    if (score >= BANNED_AT) return 'banned'
    if (score >= DROPPED_AT || severity === 'drop') return 'dropped'
    return score >= SLOWED_AT ? 'slowed' : 'none'
  }

  /** Is somebody so far that it is listened to more slowly? */
  isSlowed(name: string): boolean {
    return this.#scoreOf(name) >= SLOWED_AT
  }

  /** Keeps these names away from now on. */
  ban(names: readonly string[]): void {
    const nowMs = this.#clock.monotonicMs()
    for (const name of names) {
      const before = this.#records.get(name)
      const bans = before?.bans ?? 0
      this.#keep(name, { score: 0, sinceMs: nowMs, bans: bans + 1 })
      this.#bannedUntilMs.delete(name)
      this.#bannedUntilMs.set(name, nowMs + Math.min(BAN_MS * 2 ** bans, BAN_MS_MAX))
      if (this.#bannedUntilMs.size > BANS_MAX) this.#forgetBan()
    }
  }

  isBanned(name: string): boolean {
    const untilMs = this.#bannedUntilMs.get(name)
    if (untilMs === undefined) return false
    if (untilMs > this.#clock.monotonicMs()) return true
    this.#bannedUntilMs.delete(name)
    return false
  }

  #scoreOf(name: string): number {
    const record = this.#records.get(name)
    if (record === undefined) return 0
    const age = this.#clock.monotonicMs() - record.sinceMs
    return record.score * 2 ** (-age / HALF_LIFE_MS)
  }

  #add(name: string, points: number): number {
    const score = this.#scoreOf(name) + points
    const bans = this.#records.get(name)?.bans ?? 0
    this.#keep(name, { score, sinceMs: this.#clock.monotonicMs(), bans })
    return score
  }

  #keep(name: string, record: Conduct): void {
    this.#records.delete(name)
    this.#records.set(name, record)
    if (this.#records.size <= CONDUCT_RECORDS_MAX) return
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest)
      return
    }
  }

  /** The ban that ends first makes room. */
  #forgetBan(): void {
    let first: readonly [string, number] | undefined
    for (const ban of this.#bannedUntilMs) if (first === undefined || ban[1] < first[1]) first = ban
    if (first !== undefined) this.#bannedUntilMs.delete(first[0])
  }
}
