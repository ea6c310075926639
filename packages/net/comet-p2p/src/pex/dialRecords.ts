/** How often addresses were dialed in vain, and when they may be dialed again. */

import type { Clock } from '@wadi/base/clock'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { type NetAddress, printEndpoint } from '../address/netAddress.ts'
import { DIAL_RECORDS_MAX } from '../limits.ts'

/** More failures than this, and an address is bad: after about 35 hours. */
const ATTEMPTS_MAX = 16
const BACKOFF_BASE_MS = 1000

/** May an address be dialed? */
export type DialAdvice = 'dial' | 'wait' | 'give-up'

interface DialRecord {
  readonly attempts: number
  readonly lastMs: number
}

/** What advice depends on besides the failures. */
export interface Patience {
  readonly isPersistent: boolean
  /** The longest wait for a persistent peer; undefined is no bound. */
  readonly persistentMsMax: number | undefined
}

/** See the top of this file. */
export class DialRecords {
  readonly #world: { readonly clock: Clock; readonly random: RandomSource }
  readonly #records = new Map<string, DialRecord>()

  constructor(world: { readonly clock: Clock; readonly random: RandomSource }) {
    this.#world = world
  }

  /** A second after the first failure, then always twice as long. */
  advise(address: NetAddress, { isPersistent, persistentMsMax }: Patience): DialAdvice {
    const record = this.#records.get(printEndpoint(address))
    if (record === undefined) return 'dial'
    const { attempts, lastMs } = record
    if (!isPersistent && attempts > ATTEMPTS_MAX) return 'give-up'
    const { clock, random } = this.#world
    const backoffMs = BACKOFF_BASE_MS * 2 ** attempts + randomBelow(random, BACKOFF_BASE_MS)
    const bound = isPersistent ? persistentMsMax : undefined
    const waitMs = Math.min(backoffMs, bound ?? backoffMs)
    return clock.monotonicMs() - lastMs < waitMs ? 'wait' : 'dial'
  }

  failed(address: NetAddress): void {
    const key = printEndpoint(address)
    const attempts = (this.#records.get(key)?.attempts ?? 0) + 1
    this.#records.delete(key)
    this.#records.set(key, { attempts, lastMs: this.#world.clock.monotonicMs() })
    if (this.#records.size > DIAL_RECORDS_MAX)
      this.#records.delete(this.#records.keys().next().value!)
  }

  /** Somebody is there after all, or is banned: the next dial is a first one. */
  forget(address: NetAddress): void {
    this.#records.delete(printEndpoint(address))
  }
}
