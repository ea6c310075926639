/** What can follow the words of a command line, out of the commands themselves. */

import type { AnyCommand, CommandGroup, Flags } from '../command/command.ts'

/** A word, and what it means. */
export interface Completion {
  readonly word: string
  readonly doc: string
  /** How else it is written: `-n`. */
  readonly short?: string
  /** Is the next word its value? */
  readonly takesNext?: boolean
}

/** A place in the tree of commands: `stake delegate`, and what can follow there. */
export interface Place {
  readonly path: string
  readonly commands: readonly Completion[]
  readonly flags: readonly Completion[]
}

function flagsOf(flags: Flags): readonly Completion[] {
  return Object.entries(flags)
    .filter(([, { isHidden }]) => isHidden !== true)
    .map(([name, { doc, kind, short }]) => ({
      word: `--${name}`,
      doc,
      ...(short !== undefined && { short: `-${short}` }),
      takesNext: kind !== 'boolean',
    }))
}

function isGroup(one: AnyCommand | CommandGroup): one is CommandGroup {
  return 'commands' in one
}

/** What is behind a word: loaded, if only its name was here. */
async function loaded(one: AnyCommand | CommandGroup): Promise<AnyCommand | CommandGroup> {
  return (isGroup(one) && (await one.load?.())) || one
}

async function placesBelow(
  named: AnyCommand | CommandGroup,
  path: string,
  shared: Flags,
): Promise<readonly Place[]> {
  const one = await loaded(named)
  if (!isGroup(one)) return [{ path, commands: [], flags: flagsOf({ ...shared, ...one.options }) }]
  const below = { ...shared, ...one.shared }
  const commands = one.commands.map(({ name, summary }) => ({ word: name, doc: summary }))
  const places = await Promise.all(
    one.commands.map((each) => placesBelow(each, `${path} ${each.name}`.trim(), below)),
  )
  const flags = flagsOf({ ...below, ...one.self?.options })
  return [{ path, commands, flags }, ...places.flat()]
}

/** Every place of a program. Groups that are not loaded yet are. */
export function completionsOf(root: CommandGroup): Promise<readonly Place[]> {
  return placesBelow(root, '', {})
}
