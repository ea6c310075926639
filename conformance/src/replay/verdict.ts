/** Where in a block the first difference is, as far as anybody can tell. */

import { comparePhases, type Phase } from './blockPhase.ts'
import type { Difference } from './compareBlock.ts'
import { serviceOfTransaction } from './describeTransaction.ts'
import type { ReplayedBlock } from './recordedHeader.ts'
import type { BlockTrace } from './traceBlock.ts'
import type { Writer } from './watchedState.ts'

/** The beginning of what went wrong. */
export interface Verdict {
  /** Undefined if nobody here wrote what differs. */
  readonly phase: Phase | undefined
  readonly service: string
  /** Who wrote the key that differs, if that is how the difference was found. */
  readonly writer?: Writer
  /** What differs there. */
  readonly because: string
  /** Other services that told something else in the same phase: one may have asked the other. */
  readonly others?: readonly string[]
  /** A key that differs was written before, and not since. */
  readonly suspect?: Verdict
}

const ONLY_ROOT: Verdict = {
  phase: undefined,
  service: 'unknown',
  because: 'only the root of the state differs',
}

const PLACES = { begin: 'begin', end: 'end', transactions: 'end' } as const

/** The phase of a block to which the place of a difference belongs. */
export function phaseOf(where: string): Phase | undefined {
  const index = /^transaction (\d+)$/.exec(where)?.[1]
  if (index !== undefined) return Number(index)
  return PLACES[where as keyof typeof PLACES]
}

/** Who wrote an entry of the state last. */
function lastWriter({ entry }: Difference, trace: BlockTrace | undefined): Writer | undefined {
  return entry && trace?.writesOf(entry.key).at(-1)?.writer
}

/**
 * The service inside of all others that called each other. A transaction's nonce and fee are taken
 * by the application: what else the transaction should have written is its method's affair.
 */
function serviceOf({ calls, phase }: Writer, { transactions }: ReplayedBlock): string {
  const own = typeof phase === 'number' ? serviceOfTransaction(transactions[phase]!) : 'application'
  return calls.at(-1)?.service ?? own
}

/** A block that differs: as much of it as the verdict needs. */
interface Evidence {
  readonly block: ReplayedBlock
  readonly differences: readonly Difference[]
  readonly trace?: BlockTrace | undefined
}

/** What a difference says of its beginning. */
function verdictOf(difference: Difference, { block, trace }: Evidence): Verdict {
  const { where, what, entry } = difference
  const writer = lastWriter(difference, trace)
  if (writer !== undefined) {
    const because = `it was the last to write ${what}`
    return { phase: writer.phase, service: serviceOf(writer, block), writer, because }
  }
  const phase = phaseOf(where)
  const fate = where === 'invariants' ? 'does not hold' : 'differs'
  const told = `${what.replace(/^\./, '')} ${fate}`
  const because = entry === undefined ? told : `nobody here wrote ${what}`
  if (typeof phase === 'number')
    return { phase, service: serviceOfTransaction(block.transactions[phase]!), because }
  return { phase, service: difference.service ?? 'application', because }
}

/** The earliest one; of several that are as early the first. */
function earliest(verdicts: readonly Verdict[]): Verdict | undefined {
  const [first, ...rest] = verdicts
  return rest.reduce((best, verdict) => (isEarlier(verdict, best!) ? verdict : best), first)
}

function isEarlier({ phase: a }: Verdict, { phase: b }: Verdict): boolean {
  if (a === undefined) return false
  return b === undefined || comparePhases(a, b) < 0
}

/**
 * The earliest place that differs. What was told there is certain. Who wrote a key last is not: the
 * recording may have written it later. So keys decide only if all that was told is the same.
 */
export function firstDifference(evidence: Evidence): Verdict {
  const { differences } = evidence
  const verdictsOf = (some: readonly Difference[]) => some.map((one) => verdictOf(one, evidence))
  const tellers = verdictsOf(differences.filter(({ where }) => where !== 'state'))
  const told = earliest(tellers)
  const wrote = earliest(verdictsOf(differences.filter(({ entry }) => entry !== undefined)))
  if (told === undefined) return wrote ?? ONLY_ROOT
  // What the beginning of the chain tells is told by the first block.
  if (wrote?.phase === 'init') return wrote
  const here = tellers.filter(({ phase }) => phase === told.phase).map(({ service }) => service)
  const others = [...new Set(here)].filter((service) => service !== told.service)
  const hasWriter = wrote?.writer !== undefined && isEarlier(wrote, told)
  return { ...told, others, ...(hasWriter && { suspect: wrote }) }
}
