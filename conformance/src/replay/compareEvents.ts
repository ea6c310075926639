/** Two lists of events beside each other. */

import { bytesOfBase64, type RecordedEvent } from '../records.ts'
import { type Contrast, contrastValues, decodeEvent, leavesOf } from './words.ts'

/** How many events may be missing in a row, or be too many, before the rest is another list. */
const SKIPPED_MAX = 32
const NO_EVENT = 'no such event'

interface EventContrast extends Contrast {
  readonly service: string
}

/** The application that tells the events of a type. */
function serviceOf({ type }: RecordedEvent): string {
  return type.replace(/^oasis_event_\d+_/, '')
}

function titleOf(event: RecordedEvent): string {
  return `${serviceOf(event)} ${event.attrs.map(([key]) => key).join(' ')}`
}

function isSame(a: RecordedEvent | undefined, b: RecordedEvent | undefined): boolean {
  if (a === undefined || b === undefined || a.type !== b.type) return false
  const isSameAttribute = ([key, value]: readonly [string, string], i: number) =>
    key === b.attrs[i]![0] && value === b.attrs[i]![1]
  return a.attrs.length === b.attrs.length && a.attrs.every(isSameAttribute)
}

/** An event in words, in one line. */
function print(event: RecordedEvent): string {
  const parts = event.attrs.flatMap(([key, value]) =>
    leavesOf(decodeEvent(event.type, key, bytesOfBase64(value))).map((leaf) =>
      leaf.join(' ').trim(),
    ),
  )
  return `${titleOf(event)}: ${parts.join(', ')}`
}

/** Two events in the same place. */
function contrastPair(i: number, recorded: RecordedEvent, ours: RecordedEvent): EventContrast[] {
  const service = serviceOf(recorded)
  const what = `event ${i}`
  if (titleOf(recorded) !== titleOf(ours))
    return [{ service, what, recorded: print(recorded), ours: print(ours) }]
  return recorded.attrs.flatMap(([key, value], j) => {
    const other = ours.attrs[j]![1]
    if (value === other) return []
    const read = (text: string) => decodeEvent(recorded.type, key, bytesOfBase64(text))
    const parts = contrastValues(read(value), read(other))
    const whole = [{ what: '', recorded: value, ours: other }]
    return (parts.length > 0 ? parts : whole).map((part) => {
      return { ...part, service, what: `${what}, ${titleOf(recorded)} ${part.what}`.trimEnd() }
    })
  })
}

/** After how many events of `list`, from `start` on, there is one like `event`. */
function distanceTo(
  event: RecordedEvent | undefined,
  list: readonly RecordedEvent[],
  start: number,
): number {
  const end = Math.min(list.length, start + SKIPPED_MAX + 1)
  for (let i = start; i < end; i++) if (isSame(event, list[i])) return i - start
  return Number.POSITIVE_INFINITY
}

/**
 * COMPAT(cometbft): the events of one list are compared one by one, in order. One that is missing
 * here, or was not recorded, is told as such, so that not all that follow are others.
 */
export function contrastEvents(
  recorded: readonly RecordedEvent[] | null | undefined,
  ours: readonly RecordedEvent[],
): readonly EventContrast[] {
  const theirs = recorded ?? []
  const contrasts: EventContrast[] = []
  const missing = (at: number, event: RecordedEvent) => {
    const what = `event ${at}`
    contrasts.push({ service: serviceOf(event), what, recorded: print(event), ours: NO_EVENT })
  }
  const extra = (at: number, event: RecordedEvent) => {
    const what = `event ${at}`
    contrasts.push({ service: serviceOf(event), what, recorded: NO_EVENT, ours: print(event) })
  }
  let [i, j] = [0, 0]
  while (i < theirs.length || j < ours.length) {
    const [a, b] = [theirs[i], ours[j]]
    if (isSame(a, b)) {
      i++
      j++
      continue
    }
    const [skipTheirs, skipOurs] = [distanceTo(b, theirs, i), distanceTo(a, ours, j)]
    if (b === undefined || (a !== undefined && skipTheirs < skipOurs)) missing(i++, a!)
    else if (a === undefined || Number.isFinite(skipOurs)) extra(j++, b)
    else contrasts.push(...contrastPair(i++, a, ours[j++]!))
  }
  return contrasts
}
