/**
 * Commands as values: what they are called, what they take, and what they do. Parsing, help and
 * completion follow from them.
 */

import type { OutputStream } from './outputStream.ts'

/** How the value of a flag is written and what it becomes. */
export type FlagKind = 'boolean' | 'text' | 'texts' | 'integer' | 'decimal' | 'duration'

interface FlagValues {
  readonly boolean: boolean
  readonly text: string
  /** Given several times, or with commas. */
  readonly texts: readonly string[]
  readonly integer: bigint
  readonly decimal: number
  /** Milliseconds. */
  readonly duration: number
}

/** A flag of a command: `--<name>`. */
export interface Flag<Kind extends FlagKind = FlagKind> {
  readonly kind: Kind
  readonly doc: string
  /** The value of a flag that is not given. */
  readonly fallback: FlagValues[Kind]
  /** One letter, for `-<letter>`. */
  readonly short?: string
  /** What the help says for its value, if not the name of its kind. */
  readonly word?: string
  /** Not in the help: for tests. */
  readonly isHidden?: true
}

/** Flags by name. */
export type Flags = Readonly<Record<string, Flag>>

/** The values of flags, by name. */
export type FlagsOf<T extends Flags> = {
  readonly [Name in keyof T]: T[Name] extends Flag<infer Kind> ? FlagValues[Kind] : never
}

/** What a command is called with. */
export interface Call<T extends Flags> {
  readonly flags: FlagsOf<T>
  /** The names of the flags that were given. */
  readonly given: ReadonlySet<string>
  /** What is no flag. */
  readonly operands: readonly string[]
  /** `--<key>=<value>` of the configuration, in the order in which they were given. */
  readonly overrides: readonly string[]
  /** The words beside the name of the command, in their order. */
  readonly words: readonly string[]
}

/** The world as a command sees it. */
export interface CommandWorld {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly out: OutputStream
  readonly err: OutputStream
}

/** What the help says. */
export interface Described {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** Lines below it: what somebody has to know who sees it for the first time. */
  readonly details?: readonly string[]
  /** Whole command lines. */
  readonly examples?: readonly string[]
}

/** Something that a program can be told to do; the answer is the exit code. */
export interface Command<T extends Flags = Flags> extends Described {
  /** What follows the flags, for the help: `<path>`. */
  readonly operands?: string
  /**
   * May they be numbers below zero, for the command to judge? COMPAT(oasis-core): its commands take
   * these for flags.
   */
  readonly signedOperands?: true
  readonly options: T
  run(call: Call<T>, world: CommandWorld): number | Promise<number>
}

/** Several commands behind one word; also with something to do by itself. */
export interface CommandGroup extends Described {
  /** Flags that every command below takes too. */
  readonly shared: Flags
  readonly commands: readonly (AnyCommand | CommandGroup)[]
  readonly self?: AnyCommand
  /** The group itself, or a command, where only its name and summary are here. */
  readonly load?: () => Promise<CommandGroup | AnyCommand>
}

/** A group that is loaded when it is named: others start without it. */
export function lazyGroup(
  head: Pick<CommandGroup, 'name' | 'summary'>,
  load: () => Promise<CommandGroup>,
): CommandGroup {
  return { ...head, shared: {}, commands: [], load }
}

/** A command that is loaded when it is named. */
export function lazyCommand(
  head: Pick<CommandGroup, 'name' | 'summary'>,
  load: () => Promise<AnyCommand>,
): CommandGroup {
  return { ...head, shared: {}, commands: [], load }
}

/** A command of which the types of the flags are nobody's business. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(call: Call<never>, world: CommandWorld): number | Promise<number>
}

/** Declares a command. */
export function command<const T extends Flags>(declared: Command<T>): Command<T> {
  return declared
}
