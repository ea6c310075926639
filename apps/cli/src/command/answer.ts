/** What a command says in the end: lines for people, or one value in JSON for programs. */

import type { CommandWorld } from '@wadi/node-config/command'
import { plainText } from '../words/plainText.ts'
import type { WadiFlagValues } from './wadiFlags.ts'

/** What is written as JSON. Integers of 64 bits are numbers. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | readonly Json[]
  | { readonly [name: string]: Json }

/** The exit code of what was done. */
export const DONE = 0

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** Says it in the form that was asked for; the exit code. */
export function answer(
  { output }: Pick<WadiFlagValues, 'output'>,
  { out }: Pick<CommandWorld, 'out'>,
  { json, lines }: { readonly json: Json; readonly lines: readonly string[] },
): number {
  const text =
    output === 'json'
      ? `${JSON.stringify(json, plain, 2)}\n`
      : lines.map((line) => `${plainText(line)}\n`).join('')
  out.write(text)
  return DONE
}
