/** What the Go program tells of its calls. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A call of a command, with the answer or the refusal as the reference's client has it. */
export interface ToldCall {
  readonly command: string
  readonly call: string
  readonly value?: unknown
  readonly refusal?: string
}

/** Runs the program. What it does not survive is thrown with all that it said. */
export async function tellCalls(
  program: string,
  ...args: readonly string[]
): Promise<readonly ToldCall[]> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 26 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ToldCall)
}

/** The refusals, by call. */
export function refusalsOf(calls: readonly ToldCall[]): Readonly<Record<string, string>> {
  const refused = calls.flatMap(({ call, refusal }) =>
    refusal === undefined ? [] : [[call, refusal] as const],
  )
  return Object.fromEntries(refused)
}

/** The answers to a call. */
export function answersTo(calls: readonly ToldCall[], name: string): readonly unknown[] {
  return calls.flatMap(({ call, value, refusal }) =>
    call === name && refusal === undefined ? [value] : [],
  )
}
