/** Asking whoever sits at the terminal. */

import { createInterface } from 'node:readline/promises'
import type { CommandWorld } from '@wadi/node-config/command'

/** Who answers. */
export interface Answerer {
  /** Does somebody sit there? */
  readonly isTTY?: boolean | undefined
}

/**
 * Does whoever sits at the terminal agree?
 * COMPAT(oasis-core): where there is no terminal nobody is asked, and everybody agrees.
 */
export async function confirm(
  question: string,
  out: CommandWorld['out'],
  input: NodeJS.ReadableStream & Answerer = process.stdin,
): Promise<boolean> {
  if (input.isTTY !== true) return true
  out.write(question)
  const lines = createInterface({ input })
  try {
    for await (const line of lines) {
      const answer = line.trim().toLowerCase()
      if (answer === 'y' || answer === 'yes') return true
      if (answer === 'n' || answer === 'no') return false
      out.write(`Unrecognized response: '${line.trim()}'. Please, type (y)es or (n)o: `)
    }
    return false
  } finally {
    lines.close()
  }
}
