/** What somebody gave in the place of something else, as it is repeated to them. */

import { QUOTED_SIZE_MAX } from '../limits.ts'

/** Words of a mnemonic, passwords and keys are long or have blanks: they are not repeated. */
export function isRepeated(text: string): boolean {
  return text.length <= QUOTED_SIZE_MAX && !/\s/.test(text)
}

/** In quotes, or not at all. */
export function quoted(text: string): string {
  return isRepeated(text) ? JSON.stringify(text) : 'what was given'
}
