/** Whoever sits before the program, if somebody does. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Secret } from '@wadi/base/secret'

/** See the top of this file. */
export interface Terminal {
  /** Does somebody sit there? Nobody else is asked. */
  readonly isPresent: boolean
  /** A line. */
  ask(question: string): Promise<string>
  /** A line that is not shown while it is typed. */
  askSecret(question: string): Promise<Secret<string>>
}

/** Nobody: what scripts and tests have. */
export const nobody: Terminal = {
  isPresent: false,
  ask: () => Promise.resolve(''),
  askSecret: () => Promise.resolve(new Secret('')),
}

/** What a terminal is made of. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

const discarded = () =>
  new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })

/** The terminal that the process has. Questions go where errors go: answers stay clean. */
export function openTerminal({ input, output }: TerminalStreams): Terminal {
  const read = async (question: string, echo: NodeJS.WritableStream): Promise<string> => {
    // First: from now on the terminal itself shows nothing of what is typed.
    const lines = createInterface({ input, output: echo, terminal: true })
    if (echo !== output) output.write(question)
    lines.setPrompt(question)
    lines.prompt()
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    try {
      return await new Promise<string>((resolve) => {
        lines.once('line', resolve)
        lines.once('close', () => resolve(''))
      })
    } finally {
      lines.close()
    }
  }
  return {
    isPresent: input.isTTY === true,
    ask: (question) => read(question, output),
    async askSecret(question) {
      const line = await read(question, discarded())
      output.write('\n')
      return new Secret(line)
    },
  }
}
