/** Holds the examples of help against the commands: they are whole command lines that run it. */

import type { AnyCommand, CommandGroup } from '../command/command.ts'
import { parseArguments } from '../command/parseArguments.ts'

interface Page {
  readonly words: readonly string[]
  readonly one: AnyCommand | CommandGroup
}

const isGroup = (one: Page['one']): one is CommandGroup => 'commands' in one

/** The group with all that is below it. */
async function loadAll(group: CommandGroup): Promise<CommandGroup> {
  const commands = await Promise.all(
    group.commands.map(async (one) => {
      const found = (isGroup(one) && (await one.load?.())) || one
      return isGroup(found) ? loadAll(found) : found
    }),
  )
  return { ...group, commands }
}

function pagesOf(one: Page['one'], words: readonly string[]): readonly Page[] {
  const below = isGroup(one) ? one.commands : []
  return [{ words, one }, ...below.flatMap((each) => pagesOf(each, [...words, each.name]))]
}

/** As a shell takes it, as far as examples go: quotes, comments. */
function wordsOf(line: string): readonly string[] {
  const code = line.replace(/\s+# .*$/, '')
  return [...code.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? word)
}

/** A program, and the keys of its configuration, which are flags, too. */
interface Program {
  readonly root: CommandGroup
  readonly keys: readonly string[]
}

/** What is wrong with a line of a page, if anything is. */
function faultOf({ root, keys }: Program, { words, one }: Page, line: string): string | undefined {
  const [program, ...args] = wordsOf(line)
  if (program !== root.name) return 'is of another program'
  const isOwn = words.every((word, i) => args[i] === word)
  if (!isGroup(one) && !isOwn) return 'is of another command'
  try {
    return parseArguments(root, args, keys).kind === 'run' ? undefined : 'asks for help only'
  } catch (error) {
    return String(error)
  }
}

/** Every example that is none, and every command that takes operands and gives no example. */
export async function faultsOfExamples(
  group: CommandGroup,
  keys: readonly string[] = [],
): Promise<readonly string[]> {
  const root = await loadAll(group)
  return pagesOf(root, []).flatMap((page) => {
    const { words, one } = page
    const { examples = [] } = one
    const takes = isGroup(one) ? undefined : one.operands
    const missing = takes !== undefined && examples.length === 0 && words[0] !== 'help'
    const faults = examples.flatMap((line) => {
      const fault = faultOf({ root, keys }, page, line)
      return fault === undefined ? [] : [`${line}: ${fault}`]
    })
    return [...faults, ...(missing ? [`${words.join(' ')} gives no example`] : [])]
  })
}
