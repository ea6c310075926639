/** Lines out of whatever pieces they come in. */

import { LOG_LINE_BYTES_MAX } from '../limits.ts'

const NEWLINE = 0x0a

/** Of a line that is too long, the beginning is a line; the rest is dropped. */
export class LineSplitter {
  readonly #onLine: (line: string) => void
  readonly #line: Uint8Array = new Uint8Array(LOG_LINE_BYTES_MAX)
  #filled = 0

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(piece: Uint8Array): void {
    let begin = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, begin)) {
      this.#add(piece.subarray(begin, end))
      this.flush()
      begin = end + 1
    }
    this.#add(piece.subarray(begin))
  }

  /** What has come since the last end of a line is one, too. */
  flush(): void {
    if (this.#filled > 0)
      this.#onLine(new TextDecoder().decode(this.#line.subarray(0, this.#filled)))
    this.#filled = 0
  }

  #add(bytes: Uint8Array): void {
    const taken = bytes.subarray(0, LOG_LINE_BYTES_MAX - this.#filled)
    this.#line.set(taken, this.#filled)
    this.#filled += taken.length
  }
}
