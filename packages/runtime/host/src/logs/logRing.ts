/** The last lines that a runtime wrote. */

import { LOG_BYTES_MAX, LOG_LINES_MAX } from '../limits.ts'

/** A line, and when it came. */
export interface LoggedLine {
  readonly unixMs: number
  readonly line: string
}

/** Forgets the oldest lines when there are too many, or too long ones. */
export class LogRing {
  readonly #lines: LoggedLine[] = []
  #bytes = 0

  add(line: LoggedLine): void {
    this.#lines.push(line)
    this.#bytes += sizeOf(line)
    while (this.#bytes > LOG_BYTES_MAX || this.#lines.length > LOG_LINES_MAX) {
      this.#bytes -= sizeOf(this.#lines.shift()!)
    }
  }

  /** The lines that came after a moment, the oldest first. */
  since(unixMs: number): readonly LoggedLine[] {
    return this.#lines.filter((each) => each.unixMs > unixMs)
  }
}

/** A character takes two bytes at most. */
function sizeOf({ line }: LoggedLine): number {
  return 2 * line.length
}
