import { type Command, type CommandGroup, command } from '@wadi/node-config/command'
import { DONE } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { completionsOf } from '../completion/completions.ts'
import { SCRIPTS } from '../completion/scripts.ts'
import { errors } from '../errors.ts'

const SHELLS = Object.keys(SCRIPTS)

/** `wadi completion`, of the commands of `root`. */
export function completionCommand(root: () => CommandGroup): Command {
  return command({
    name: 'completion',
    summary: 'a script by which a shell completes command lines',
    operands: `<${SHELLS.join(', ')}>`,
    options: {},
    async run({ operands }, { out }) {
      const [shell] = operandsOf(operands, 'shell')
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
      if (script === undefined)
        throw errors.badValue(
          `${JSON.stringify(shell)} is no shell that is known; give one of ${SHELLS.join(', ')}`,
        )
      out.write(script(root().name, await completionsOf(root())))
      return DONE
    },
  })
}
