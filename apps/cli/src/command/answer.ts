/** What a command says in the end: lines for people, or one value in JSON for programs. */

import type { CommandWorld } from '@wadi/node-config/command'
import { indentedJson, type Json } from '@wadi/node-config/json-output'
import { plainText } from '../words/plainText.ts'
import type { WadiFlagValues } from './wadiFlags.ts'

/** The exit code of what was done. */
export const DONE = 0

/** Says it in the form that was asked for; the exit code. */
export function answer(
  { output }: Pick<WadiFlagValues, 'output'>,
  { out }: Pick<CommandWorld, 'out'>,
  { json, lines }: { readonly json: Json; readonly lines: readonly string[] },
): number {
  const text =
    output === 'json' ? indentedJson(json) : lines.map((line) => `${plainText(line)}\n`).join('')
  out.write(text)
  return DONE
}
