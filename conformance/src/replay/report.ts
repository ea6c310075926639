/** A block that differs, told to whoever has to find out why. */

import type { RecordedBlock } from '../records.ts'
import { PHASES, type Phase } from './blockPhase.ts'
import type { Difference } from './compareBlock.ts'
import { describeEntry, nameWriter } from './describeEntry.ts'
import {
  describeTransaction,
  nameOfTransaction,
  serviceOfTransaction,
  titleOfTransaction,
} from './describeTransaction.ts'
import { besides, field, indented, type Lines, listed, plural } from './lines.ts'
import { hasPromisedTransactions, type ReplayedBlock } from './recordedHeader.ts'
import type { BlockStopped } from './replayChain.ts'
import { type RulePlace, ruleFile } from './ruleFile.ts'
import type { BlockTrace } from './traceBlock.ts'
import { firstDifference, phaseOf, type Verdict } from './verdict.ts'

const MS_PER_SECOND = 1000
const DIFFERENCES_SHOWN = 60

/** Everything that is known of a block that differs. */
export interface DifferingBlock {
  readonly height: bigint
  readonly record: RecordedBlock
  readonly block: ReplayedBlock
  readonly differences: readonly Difference[]
  readonly trace?: BlockTrace | undefined
}

/** The whole report. */
export function reportBlock(what: DifferingBlock): string {
  const { height, differences } = what
  const sections = [summary(what), notes(what), ...details(what)]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  const title = `block ${height} differs in ${plural(differences.length, 'place')}`
  return `${[title, ...text].join('\n\n')}\n\n`
}

/** What somebody has to know first. */
function summary(differing: DifferingBlock): Lines {
  const { block, differences } = differing
  const verdict = firstDifference(differing)
  const names = differences.flatMap(({ entry, what }) => (entry === undefined ? [] : [what]))
  const isRootWrong = differences.some(isRoot)
  const none = isRootWrong ? 'none that is known' : 'none: the state is the recorded one'
  return indented([
    ...describePlace(verdict, block),
    field('because', verdict.because),
    ...describeSuspect(verdict.suspect, block),
    ...listed('keys', names.length === 0 ? [none] : names),
  ])
}

/** Who may have begun it before anything was told. */
function describeSuspect(suspect: Verdict | undefined, block: ReplayedBlock): Lines {
  if (suspect?.writer === undefined) return []
  const who = nameWriter(suspect.writer, block)
  return [field('or before', `${who}: ${suspect.because}`)]
}

/** Where somebody has to look. */
interface Place extends RulePlace, Pick<Verdict, 'others'> {
  /** The file; else it is found by its name. */
  readonly rule?: string
}

/** Height, transaction, service and rule. */
function describePlace(place: Place, block: ReplayedBlock): Lines {
  const { phase, service, others = [], rule = ruleFile(place, block) } = place
  const { height, time, transactions } = block
  const date = `${new Date(Number(time.seconds) * MS_PER_SECOND).toISOString().slice(0, -5)}Z`
  const last = transactions.length - 1
  const range = last < 0 ? 'no transactions' : `transactions 0 to ${last}`
  return [
    field('height', `${height} (${date}, ${range})`),
    ...describePhase(phase, transactions),
    field('service', [service, ...others].join(', then ')),
    ...(rule === undefined ? [] : [field('rule', rule)]),
  ]
}

function describePhase(phase: Phase | undefined, transactions: readonly Uint8Array[]): Lines {
  if (phase === undefined) return [field('transaction', 'not known')]
  if (typeof phase !== 'number') return [field('transaction', `none: ${PHASES[phase]}`)]
  const { name, hash } = nameOfTransaction(transactions[phase]!)
  return [field('transaction', `${phase}: ${name}`), field('hash', hash)]
}

/** Everything that differs, by place. */
function details(what: DifferingBlock): readonly Lines[] {
  const { differences } = what
  const shown = differences.slice(0, DIFFERENCES_SHOWN)
  const places = [...new Set(shown.map(({ where }) => where))]
  const sections = places.map((place) => {
    const here = shown.filter(({ where }) => where === place)
    const intro = introduce(place, what)
    return [...intro, ...indented(here.flatMap((difference) => describe(difference, what)))]
  })
  const rest = differences.length - shown.length
  return rest > 0 ? [...sections, [`… and ${plural(rest, 'difference')} more`]] : sections
}

function introduce(place: string, { block, differences }: DifferingBlock): Lines {
  const phase = phaseOf(place)
  if (typeof phase === 'number') {
    const raw = block.transactions[phase]!
    return [titleOfTransaction(phase, raw), ...indented(describeTransaction(raw))]
  }
  if (place === 'begin' || place === 'end') return [PHASES[place]]
  if (place !== 'state') return [place]
  const keys = differences.filter(({ entry }) => entry !== undefined).length
  return [keys === 0 ? 'state' : `state: ${keys === 1 ? '1 key differs' : `${keys} keys differ`}`]
}

function describe(difference: Difference, what: DifferingBlock): Lines {
  const { entry, recorded, ours } = difference
  if (entry !== undefined) return describeEntry(difference.what, entry, what)
  return [difference.what.replace(/^\./, ''), ...indented(besides(recorded, ours))]
}

const UNTRACED = 'who wrote these keys is not known: the block gave another state when it ran again'
const WRONG_ROOT = 'the next header has our root, so it is the recorded state_root that is wrong'
const WRONG_DIFF =
  'the root of the state is as recorded, so it is the recorded state_diff that is wrong'
const ONLY_ROOT = 'keys are not compared while speed is measured: replay without --bench'
const CONTRADICTION = 'no key differs: the recorded state_root and state_diff contradict each other'

/** What may explain everything. */
function notes({ record, differences, trace }: DifferingBlock): Lines {
  const keys = differences.flatMap(({ entry, what }) => (entry === undefined ? [] : [what]))
  const root = differences.find(isRoot)
  const isRootWrong = root !== undefined
  const found: string[] = []
  if (root !== undefined && record.app_hash_in_next_header?.toLowerCase() === root.ours)
    found.push(WRONG_ROOT)
  if (!hasPromisedTransactions(record))
    found.push('the header promises other transactions: the recorded block was altered')
  if (keys.includes('consensus.chainContext'))
    found.push('the genesis document is of another chain than the recorded blocks')
  if (isRootWrong && keys.length === 0) found.push(trace === undefined ? ONLY_ROOT : CONTRADICTION)
  if (!isRootWrong && keys.length > 0) found.push(WRONG_DIFF)
  if (trace === undefined && keys.length > 0) found.push(UNTRACED)
  return found.map((text) => `  ${field('note', text)}`)
}

function isRoot({ where, what }: Difference): boolean {
  return where === 'state' && what === 'root'
}

/** How to run a block alone, on the state that was recorded before it. */
export function reportAgain(folder: string, height: bigint): string {
  return `again: npm run -s replay -- ${folder} --from ${height} --to ${height}\n`
}

/** A block out of which something was thrown: where, and everything that was thrown. */
export function reportStop({ block, phase, cause }: BlockStopped): string {
  const thrown = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  const [rule, service] = RULE_IN_STACK.exec(thrown) ?? []
  const told =
    typeof phase === 'number' ? serviceOfTransaction(block.transactions[phase]!) : 'application'
  const place = { phase, service: service ?? told, ...(rule !== undefined && { rule }) }
  const lines = indented(describePlace(place, block))
  return [`block ${block.height} stopped the rules`, '', ...lines, '', thrown].join('\n')
}

/** The innermost rule of a service that was running, and its service. */
const RULE_IN_STACK =
  /packages\/consensus\/services\/src\/(?!kernel\/|application\/)([a-z]+)\/[\w/]+\.ts:\d+/
