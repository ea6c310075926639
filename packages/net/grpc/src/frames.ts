/** Messages in a stream: each after a flag and its length. */

import { FRAME_HEAD_BYTES } from './limits.ts'
import { writeFrameHead } from './messageReader.ts'

/** A message with its head before it. */
export function frameOf(message: Uint8Array, flag = 0): Uint8Array {
  const size = message.length
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + size)
  writeFrameHead(frame, size, flag)
  frame.set(message, FRAME_HEAD_BYTES)
  return frame
}
