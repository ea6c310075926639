/** An entry of the state that differs, in words. */

import { toHex } from '@wadi/base/bytes'
import type { ServiceCall } from './aroundServices.ts'
import { PHASES } from './blockPhase.ts'
import type { EntryDifference } from './compareBlock.ts'
import { nameOfTransaction } from './describeTransaction.ts'
import { besides, indented, type Lines, plural, SIDE_WIDTH } from './lines.ts'
import type { ReplayedBlock } from './recordedHeader.ts'
import { type BlockTrace, leftAlone } from './traceBlock.ts'
import type { Write, Writer } from './watchedState.ts'
import { clipPair, clipText, contrastLeaves, leavesOfEntry } from './words.ts'

const WRITES_SHOWN = 5
const LEAVES_SHOWN = 12

/** The block in which an entry differs, and who wrote what there. */
interface Surroundings {
  readonly block: ReplayedBlock
  readonly trace?: BlockTrace | undefined
}

/** An entry of the state: what is under its key, and who put it there. */
export function describeEntry(name: string, entry: EntryDifference, what: Surroundings): Lines {
  const { key } = entry
  return [name, ...indented([...describeValues(entry), ...describeWrites(key, entry, what)])]
}

function describeValues({ key, recorded, ours }: EntryDifference): Lines {
  if (recorded === undefined || ours === undefined)
    return [...describeWhole('recorded', key, recorded), ...describeWhole('ours', key, ours)]
  const contrasts = contrastLeaves(leavesOfEntry(key, recorded), leavesOfEntry(key, ours))
  // Bytes may differ that mean the same.
  if (contrasts.length === 0) return besides(toHex(recorded), toHex(ours))
  const lines = contrasts.map(({ what, recorded: a, ours: b }) => {
    // What has no parts has no names of parts.
    return what === '' ? besides(a, b) : [what, ...indented(besides(a, b))]
  })
  return shortened(lines).flat()
}

function shortened(items: readonly Lines[]): readonly Lines[] {
  const rest = items.length - LEAVES_SHOWN
  return rest > 0 ? [...items.slice(0, LEAVES_SHOWN), [`… and ${rest} more`]] : items
}

/** A value that has none beside it. */
function describeWhole(side: string, key: Uint8Array, value: Uint8Array | undefined): Lines {
  const leaves = leavesOfEntry(key, value).map((leaf) => [clipText(leaf.join(' ').trim())])
  const lines = value === undefined ? [['nothing']] : shortened(leaves)
  return lines.flat().map((line, i) => `${(i === 0 ? side : '').padEnd(SIDE_WIDTH)}${line}`)
}

/** Who wrote an entry here, the last one first. */
function describeWrites(
  key: Uint8Array,
  { isRecorded, recorded, ours }: EntryDifference,
  { trace, block }: Surroundings,
): Lines {
  if (trace === undefined) return []
  const writes = trace.writesOf(key)
  const theirs = recorded === undefined ? 'removed' : ours === undefined ? 'added' : 'changed'
  if (writes.length === 0) return [`written by nobody here, but ${theirs} in the recording`]
  const shown = writes.slice(-WRITES_SHOWN).reverse()
  const lines = shown.flatMap((write, i) => [
    `${i === 0 ? 'last written by' : 'before by'} ${nameWriter(write.writer, block)}`,
    ...indented(describeChange(key, write)),
  ])
  const rest = writes.length - shown.length
  const more = rest > 0 ? [`… and ${plural(rest, 'time')} before`] : []
  const untouched = isRecorded ? [] : ['not changed in the recording of this block']
  return [...lines, ...more, ...untouched]
}

function describeChange(key: Uint8Array, write: Write): Lines {
  if (leftAlone(write)) return ['which left it as it was']
  const { before, after } = write
  if (after === undefined) return ['which removed it']
  const leaves = contrastLeaves(leavesOfEntry(key, before), leavesOfEntry(key, after))
  const lines = leaves.map(({ what, recorded: from, ours: to }) => {
    const [a, b] = clipPair(from, to)
    return [`${what} ${a} → ${b}`.trim()]
  })
  return shortened(lines).flat()
}

/** Who writes, in words. */
export function nameWriter({ phase, calls }: Writer, { transactions }: ReplayedBlock): string {
  if (typeof phase !== 'number') {
    const chain = calls.map(nameCall).join(', asking ')
    return `${PHASES[phase]}, ${chain === '' ? 'the application itself' : chain}`
  }
  const { name, hash } = nameOfTransaction(transactions[phase]!)
  // The first call is that of the transaction's method.
  const asked = calls.slice(1).map((call) => `, asking ${nameCall(call)}`)
  const how = calls.length === 0 ? ', its nonce and fee' : asked.join('')
  return `transaction ${phase}, ${name}${how}, hash ${hash}`
}

function nameCall({ kind, service, name }: ServiceCall): string {
  if (kind === 'method') return name
  return kind === 'question' ? `${service} (${name})` : service
}
