/** What a command says in the end: lines for people, or one value in JSON for programs. */

import { UnavailableError } from '@wadi/base/errors'
import type { Command, CommandWorld, FlagsOf } from '@wadi/node-config/command'
import { indentedJson, type Json } from '@wadi/node-config/json-output'
import type { networkFlags } from '../networkFlags.ts'
import { withUpgradeRemedy } from '../upgradeRemedy.ts'

type Form = Pick<FlagsOf<typeof networkFlags>, 'output'>

/** Is it JSON that was asked for? Refuses forms that nobody knows. */
export function wantsJson({ output }: Form): boolean {
  if (output === 'text' || output === 'json') return output === 'json'
  throw new UnavailableError(
    'usage.localnet',
    `--output is ${JSON.stringify(output)}; give text or json`,
  )
}

/**
 * A command about a network; a form that nobody knows is refused before it does anything, and of an
 * upgrade that ends it is told what can be done.
 */
export function networkCommand<T extends typeof networkFlags>(declared: Command<T>): Command<T> {
  return {
    ...declared,
    async run(call, world) {
      wantsJson(call.flags as FlagsOf<typeof networkFlags>)
      try {
        return await declared.run(call, world)
      } catch (error) {
        throw withUpgradeRemedy(error)
      }
    },
  }
}

/** Says it in the form that was asked for. */
export function answer(
  form: Form,
  { out }: Pick<CommandWorld, 'out'>,
  { json, lines }: { readonly json: Json; readonly lines: readonly string[] },
): void {
  if (wantsJson(form)) out.write(indentedJson(json))
  else out.write(lines.map((line) => `${line}\n`).join(''))
}
