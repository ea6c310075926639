/**
 * How much a message from outside takes when it is read: an item of one byte on the wire becomes an
 * object of some hundred bytes in memory, so that a bound on bytes is none on memory.
 */

import { definePlainErrors } from '@wadi/base/errors'

/** What is no honest message, although it is short enough. */
export const errors = definePlainErrors('items', { tooMany: 'too many items in one message' })

/** The bytes after the first one that say how much follows, by the low bits of the first one. */
const ARGUMENT_SIZES: ReadonlyMap<number, number> = new Map([
  [24, 1],
  [25, 2],
  [26, 4],
  [27, 8],
])
const INFO_BITS = 5
const INFO_MASK = 31
const MAJOR_BYTES = 2
const MAJOR_TEXT = 3

/**
 * Refuses CBOR of more than so many items: lists, maps, and what is in them, keys included. Nothing
 * else is looked at: what is no CBOR is left to whoever decodes it.
 */
export function checkItemCount(bytes: Uint8Array, countMax: number): void {
  // An item has at least one byte, so that most messages need not be looked through.
  if (bytes.length <= countMax) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  for (let count = 1; at < bytes.length; count++) {
    if (count > countMax) throw errors.tooMany(`at most ${countMax} here`)
    at = endOfItem(view, at)
  }
}

/** Where the next item begins: within a list or a map that is its first element. */
function endOfItem(view: DataView, at: number): number {
  const first = view.getUint8(at)
  const major = first >> INFO_BITS
  const info = first & INFO_MASK
  const argumentAt = at + 1
  const argumentSize = ARGUMENT_SIZES.get(info) ?? 0
  const end = argumentAt + argumentSize
  if (end > view.byteLength) return end
  if (major !== MAJOR_BYTES && major !== MAJOR_TEXT) return end
  return end + argumentOf(view, argumentAt, { info, argumentSize })
}

function argumentOf(
  view: DataView,
  at: number,
  { info, argumentSize }: { readonly info: number; readonly argumentSize: number },
): number {
  switch (argumentSize) {
    case 1:
      return view.getUint8(at)
    case 2:
      return view.getUint16(at)
    case 4:
      return view.getUint32(at)
    case 8:
      // More than anybody has is as good as all there is.
      return view.getUint32(at) === 0 ? view.getUint32(at + 4) : view.byteLength
    default:
      // Reserved values are no lengths: whoever decodes it refuses them.
      return info < 24 ? info : 0
  }
}
