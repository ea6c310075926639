/** Commands that list what is registered: a line for each, or all that is known of it. */

import { toIndentedJson } from '@wadi/cbor/json'
import type { Schema } from '@wadi/cbor/schema'
import { type AnyCommand, command, type Flags, type FlagsOf } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { type AskedNode, withNode } from '../connection/nodeConnection.ts'
import { verboseFlag } from '../stake/verboseFlag.ts'

const DONE = 0

const wholeFlag = {
  verbose: { ...verboseFlag.verbose, doc: 'print whole descriptors, in JSON' },
} as const satisfies Flags

/** What is listed. */
export interface Listed<T, F extends Flags> {
  readonly summary: string
  readonly details: readonly string[]
  readonly examples: readonly string[]
  readonly schema: Schema<T>
  /** Its own flags. */
  readonly options: F
  ask(node: AskedNode, flags: FlagsOf<F>): Promise<readonly T[]>
  titleOf(one: T): string
}

/** A command that lists things. */
export function listCommand<T, const F extends Flags>(listed: Listed<T, F>): AnyCommand {
  const { summary, details, examples, schema, options } = listed
  const all = { ...connectionFlags, ...wholeFlag, ...options }
  return command<typeof connectionFlags & typeof wholeFlag>({
    name: 'list',
    summary,
    details,
    examples,
    options: all,
    run: ({ flags }, world) =>
      withNode(flags, world, async (node) => {
        const found = await listed.ask(node, flags as unknown as FlagsOf<F>)
        for (const one of found) {
          const line = flags.verbose ? toIndentedJson(schema, one) : listed.titleOf(one)
          world.out.write(`${line}\n`)
        }
        return DONE
      }),
  })
}
