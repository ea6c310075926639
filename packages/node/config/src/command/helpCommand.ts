import { type Command, type CommandGroup, command } from './command.ts'
import { runCommandLine } from './runCommandLine.ts'

/** `help`, about the commands of `root`. */
export function helpCommand(root: () => CommandGroup): Command {
  return command({
    name: 'help',
    summary: 'help about any command',
    operands: '[command]',
    options: {},
    run: ({ operands }, world) => runCommandLine(root(), [...operands, '--help'], world),
  })
}
