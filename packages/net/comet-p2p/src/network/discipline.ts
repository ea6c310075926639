/** What becomes of peers and strangers who do wrong. */

import type { Clock } from '@wadi/base/clock'
import type { CodedError } from '@wadi/base/errors'
import type { InstrumentsOf } from '@wadi/base/metrics'
import type { Offence } from '@wadi/contracts/peers'
import { printIp } from '@wadi/primitives/ip'
import type { Admission } from './admission.ts'
import { ConductBook, type Verdict } from './conduct.ts'
import type { networkMetrics } from './metrics.ts'

/** Somebody on a connection; the id is undefined until it was shown. */
export interface Accused {
  readonly id: string | undefined
  readonly ip: Uint8Array
  /** The operator wants it: it is dropped like others and never banned. */
  readonly isChosen: boolean
}

/** Ends of connections that are nobody's fault, or that of who told us the address. */
const NO_OFFENCES: ReadonlySet<string> = new Set(['p2p.self', 'p2p.wrongPeer', 'p2p.refused'])

/** What may also come from a machine or a line that is slow. */
const SMALL_OFFENCES: ReadonlySet<string> = new Set(['p2p.slowHandshake'])

/** See the top of this file. */
export class Discipline {
  readonly #book: ConductBook
  readonly #admission: Admission
  readonly #metrics: InstrumentsOf<typeof networkMetrics>

  constructor(clock: Clock, admission: Admission, metrics: InstrumentsOf<typeof networkMetrics>) {
    this.#book = new ConductBook(clock)
    this.#admission = admission
    this.#metrics = metrics
  }

  isBanned(id: string | undefined, ip: Uint8Array): boolean {
    return this.#namesOf(id, ip).some((name) => this.#book.isBanned(name))
  }

  isSlowed(id: string, ip: Uint8Array): boolean {
    return this.#namesOf(id, ip).some((name) => this.#book.isSlowed(name))
  }

  /** Counts an offence; somebody who is to be banned is banned when this returns. */
  judge({ id, ip, isChosen }: Accused, offence: Offence): Verdict {
    const names = this.#namesOf(id, ip)
    const harsh = this.#book.judge(names, offence)
    const verdict = harsh === 'banned' && isChosen ? 'dropped' : harsh
    if (verdict === 'banned') this.#book.ban(names)
    this.#metrics.offences.add(1, { why: offence.why, verdict })
    return verdict
  }

  /** Counts that somebody broke a rule of the connection. */
  judgeError(accused: Accused, error: CodedError): Verdict {
    if (NO_OFFENCES.has(error.reason)) return 'dropped'
    const severity = SMALL_OFFENCES.has(error.reason) ? 'slow' : 'drop'
    return this.judge(accused, { severity, why: error.reason })
  }

  /** An address that several peers share says nothing about one of them. */
  #namesOf(id: string | undefined, ip: Uint8Array): readonly string[] {
    const names = this.#admission.allowsDuplicateIps() ? [] : [printIp(ip)]
    return id === undefined ? names : [id, ...names]
  }
}
