/** Which claims hold: those of which every named test exists and none is skipped. */

import { tokenize } from '../tidy/tokens.ts'
import type { Claim } from './claim.ts'

export type State = 'works' | 'not yet'

/** A test, or a suite of the house that many files run: `describeStore`, `testAead`. */
const TEST_CALL = /^(it|test|(describe|test)[A-Z]\w*)$/

/** Does the text declare a test that runs? */
export function declaresTests(text: string): boolean {
  const tokens = tokenize(text)
  const calls = tokens.filter(
    ({ text: word }, i) =>
      TEST_CALL.test(word) && tokens[i + 1]?.text === '(' && tokens[i - 1]?.text !== '.',
  )
  const isSkipped = tokens.some(({ text: word }, i) => {
    if (!/^(skip|todo)$/.test(word)) return false
    if (tokens[i - 1]?.text === '.') return true
    const value = tokens[i + 2]
    return tokens[i + 1]?.text === ':' && (value?.text === 'true' || value?.kind === 'string')
  })
  return calls.length > 0 && !isSkipped
}

/** `read` gives the text of a file, or `undefined` where there is none. */
export function stateOf(claim: Claim, read: (path: string) => string | undefined): State {
  const isShown = claim.shownBy.every((path) => declaresTests(read(path) ?? ''))
  return claim.shownBy.length > 0 && isShown ? 'works' : 'not yet'
}

/** The table of README.md. */
export function formatTable(
  claims: readonly Claim[],
  read: (path: string) => string | undefined,
): string {
  const rows = claims.map((claim) => {
    const files = claim.shownBy.map((path) => `[${fileName(path)}](${path})`).join(', ')
    const cells = [claim.area, claim.does, stateOf(claim, read), claim.against, files]
    return `| ${cells.join(' | ')} |`
  })
  const head = ['| area | does | state | held against | shown by |', '|---|---|---|---|---|']
  return [...head, ...rows].join('\n')
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.test\.ts$/, '')
}
