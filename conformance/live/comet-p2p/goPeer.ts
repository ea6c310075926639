/** A peer that is a program of its own: told by lines, tells by lines. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** An answer that takes so long does not come. */
const ANSWER_MS_MAX = 20_000

interface Waiting {
  readonly pattern: RegExp
  readonly resolve: (line: string) => void
}

/** See the top of this file. */
export class GoPeer implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: string[] = []
  readonly #waiting = new Set<Waiting>()

  constructor(program: string, ...args: readonly string[]) {
    this.#child = spawn(program, args)
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line)
      for (const one of this.#waiting) this.#answer(one)
    })
  }

  /** Gives a command. */
  tell(command: string): void {
    this.#child.stdin.write(`${command}\n`)
  }

  /** The next line that matches; what came before it is forgotten. */
  hear(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const heard = this.#lines.join('; ')
        reject(new Error(`the peer does not say ${pattern}, but: ${heard}`))
      }, ANSWER_MS_MAX)
      const waiting = {
        pattern,
        resolve: (line: string) => {
          clearTimeout(timer)
          resolve(line)
        },
      }
      this.#waiting.add(waiting)
      this.#answer(waiting)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }

  #answer(waiting: Waiting): void {
    const index = this.#lines.findIndex((line) => waiting.pattern.test(line))
    if (index < 0) return
    this.#waiting.delete(waiting)
    const line = this.#lines[index]!
    this.#lines.splice(0, index + 1)
    waiting.resolve(line)
  }
}
