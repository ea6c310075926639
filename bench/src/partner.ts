/** Another process as a contender, in turns with the rest. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { assert } from '@wadi/base/errors'
import type { Partner } from './scenario.ts'

/** What a process tells of a round. */
export type Round = {
  readonly operations: number
  readonly cpuSeconds: number
}

/** How the process is started. */
export type Command = {
  readonly program: string
  readonly args: readonly string[]
}

/** A partner who is a process, and what his rounds told so far. */
export type ProcessPartner<R extends Round> = Partner & { readonly told: readonly R[] }

/**
 * A process that prepares its work, tells what it has prepared as a line of JSON, and then does a
 * round, and tells of it, for each line that it is sent.
 */
export async function createPartner<R extends Round>(
  name: string,
  { program, args }: Command,
): Promise<ProcessPartner<R>> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const told: R[] = []
  const listen = async (): Promise<R> => {
    const { value } = await lines.next()
    assert(value !== undefined, `${name}: the process answers`)
    const round = JSON.parse(value) as R
    told.push(round)
    return round
  }
  await listen()
  return {
    name,
    told,
    async round() {
      child.stdin.write('\n')
      const { operations, cpuSeconds } = await listen()
      return operations / cpuSeconds
    },
    close: () => child.stdin.end(),
  }
}
