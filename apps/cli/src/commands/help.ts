import { type Command, type CommandGroup, command } from '@wadi/node-config/command'
import { runCommandLine } from '@wadi/node-config/run-command-line'

/** `wadi help`, about the commands of `root`. */
export function helpCommand(root: () => CommandGroup): Command {
  return command({
    name: 'help',
    summary: 'what a command does and takes',
    operands: '[command]',
    options: {},
    run: ({ operands }, world) => runCommandLine(root(), [...operands, '--help'], world),
  })
}
