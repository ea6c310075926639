/** `completion`: scripts by which a shell completes command lines. */

import { type Command, type CommandGroup, command, type Flags } from '../command/command.ts'
import { errors } from '../command/usageErrors.ts'
import { completionsOf, type Place } from './completions.ts'
import { bashScript, fishScript, zshScript } from './scripts.ts'

const DONE = 0

const scriptFlags = {
  'no-descriptions': {
    kind: 'boolean',
    doc: 'complete words without saying what they mean (bash never says it)',
    fallback: false,
  },
} as const satisfies Flags

interface Shell {
  readonly name: string
  /** How its script is used, for a program of this name. */
  readonly use: (program: string) => string
  readonly script: (program: string, places: readonly Place[]) => string
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    use: (program) => `in ~/.bashrc: eval "$(${program} completion bash)"`,
    script: bashScript,
  },
  {
    name: 'zsh',
    use: (program) => `in ~/.zshrc, behind compinit: eval "$(${program} completion zsh)"`,
    script: zshScript,
  },
  {
    name: 'fish',
    use: (program) => `in ~/.config/fish/config.fish: ${program} completion fish | source`,
    script: fishScript,
  },
]

function withoutDocs(places: readonly Place[]): readonly Place[] {
  const bare = <T extends { readonly doc: string }>(words: readonly T[]) =>
    words.map((each) => ({ ...each, doc: '' }))
  return places.map(({ path, commands, flags }) => ({
    path,
    commands: bare(commands),
    flags: bare(flags),
  }))
}

function shellCommand({ name, use, script }: Shell, program: string, root: () => CommandGroup) {
  return command({
    name,
    summary: `print the script for ${name}; ${use(program)}`,
    options: scriptFlags,
    async run({ flags }, { out }) {
      const places = await completionsOf(root())
      out.write(script(program, flags['no-descriptions'] ? withoutDocs(places) : places))
      return DONE
    },
  })
}

/** COMPAT(oasis-core): the reference has a script for PowerShell, too. */
const powershell: Command<typeof scriptFlags> = command({
  name: 'powershell',
  summary: 'not supported: there is no script for PowerShell',
  options: scriptFlags,
  run() {
    throw errors.unsupported(
      'there is no completion for PowerShell, as this program is for Linux and macOS; take bash, zsh or fish',
    )
  },
})

/** The scripts for `program`, of the commands of `root`. */
export function completionCommands(program: string, root: () => CommandGroup): CommandGroup {
  return {
    name: 'completion',
    summary: 'print a script by which a shell completes command lines',
    shared: {},
    commands: [...SHELLS.map((shell) => shellCommand(shell, program, root)), powershell],
  }
}
