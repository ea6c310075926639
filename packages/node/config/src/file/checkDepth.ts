/**
 * How deep a file goes, before it is parsed: the parser calls itself for each level, and a file of
 * some hundred brackets would end the process.
 */

import { Lexer } from 'yaml'
import { COLUMN_MAX, DEPTH_MAX } from '../limits.ts'
import { errors } from './fileErrors.ts'

const FLOW_STEPS: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1 }

/** Refuses a text with too many tables and lists inside each other. */
export function checkDepth(text: string): void {
  let line = 1
  let flow = 0
  let inLine = 0
  let isFirst = true
  for (const token of new Lexer().lex(text)) {
    flow += FLOW_STEPS[token] ?? 0
    if (token === '-' || token === '?' || token === ':') inLine++
    const indentation = isFirst && token.startsWith(' ') ? token.length : 0
    if (flow > DEPTH_MAX || inLine > DEPTH_MAX || indentation > COLUMN_MAX)
      throw errors.malformed(
        `${line}:1: more than ${DEPTH_MAX} tables inside each other; write fewer`,
      )
    const newLines = token.split('\n').length - 1
    line += newLines
    isFirst = newLines > 0
    if (newLines > 0) inLine = 0
  }
}
