/** Messages on their way from one thread to another: all of a moment, in one buffer. */

/** A message across; nodes are numbered alike on both sides. */
export interface Letter {
  /** When it was sent, in whole milliseconds. */
  readonly sentMs: number
  readonly from: number
  readonly to: number
  readonly channel: number
  readonly message: Uint8Array
}

/** Words of a letter ahead of the messages; the last are where its message begins, and its size. */
const WORDS = 6

/**
 * One word with the number of letters, their words, and the messages. PERF: who tells many the same
 * hands the same bytes over, which are packed once: of 100 validators' messages one in six differs.
 */
export function packLetters(letters: readonly Letter[]): ArrayBuffer {
  const starts = new Map<Uint8Array, number>()
  const headerSize = 4 * (1 + WORDS * letters.length)
  let size = headerSize
  for (const { message } of letters) {
    if (starts.has(message)) continue
    starts.set(message, size)
    size += message.length
  }
  const buffer = new ArrayBuffer(size)
  const words = new Uint32Array(buffer, 0, headerSize / 4)
  words[0] = letters.length
  letters.forEach(({ sentMs, from, to, channel, message }, i) => {
    words.set([sentMs, from, to, channel, starts.get(message)!, message.length], 1 + i * WORDS)
  })
  const bytes = new Uint8Array(buffer)
  for (const [message, start] of starts) bytes.set(message, start)
  return buffer
}

/** The letters in a buffer of {@link packLetters}; what was one message is one again. */
export function unpackLetters(buffer: ArrayBuffer): readonly Letter[] {
  const [count = 0] = new Uint32Array(buffer, 0, 1)
  const words = new Uint32Array(buffer, 4, WORDS * count)
  const messages = new Map<number, Uint8Array>()
  return Array.from({ length: count }, (_, i) => {
    const letter = words.subarray(i * WORDS)
    const [sentMs = 0, from = 0, to = 0, channel = 0, start = 0, size = 0] = letter
    let message = messages.get(start)
    // An empty message begins where the next one does.
    if (message?.length !== size) message = new Uint8Array(buffer, start, size)
    messages.set(start, message)
    return { sentMs, from, to, channel, message }
  })
}
