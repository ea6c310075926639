/**
 * Command lines as the reference's library reads them: `--name value`, `--name=value`, flags
 * without a value for booleans, `-n value`, `-nvalue`, flags behind operands, `--` before the rest.
 * COMPAT(oasis-core): `--flag true` sets a boolean by its name alone, and a command that takes no
 * operands ignores the `true`; networks are provisioned with such lines.
 * No library for JavaScript has these rules, and the flags with dots in their names.
 */

import { nearestName } from '@wadi/base/nearestName'
import type { AnyCommand, Call, CommandGroup, Flag, Flags } from './command.ts'
import { readFlag } from './flagKinds.ts'
import { errors } from './usageErrors.ts'

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'run'; readonly command: AnyCommand; readonly call: Call<never> }
  | { readonly kind: 'help'; readonly path: readonly CommandGroup[]; readonly command?: AnyCommand }

const HELP: Flag<'boolean'> = { kind: 'boolean', doc: 'help', fallback: false, short: 'h' }

const NEGATIVE = /^-\d+(\.\d+)?$/

/** What there may be on a command line. */
interface Vocabulary {
  readonly flags: Flags
  /** Keys of the configuration: flags that only the configuration knows. */
  readonly keys: ReadonlySet<string>
  readonly hasSignedOperands: boolean
}

/** A word of the command line, and which words those are that are flags of what. */
class ArgumentReader {
  readonly #args: readonly string[]
  readonly #flags: Flags
  readonly #keys: ReadonlySet<string>
  readonly #hasSignedOperands: boolean
  readonly #values = new Map<string, unknown>()
  readonly overrides: string[] = []
  readonly operands: string[] = []
  #at = 0

  constructor(args: readonly string[], { flags, keys, hasSignedOperands }: Vocabulary) {
    this.#args = args
    this.#flags = flags
    this.#keys = keys
    this.#hasSignedOperands = hasSignedOperands
  }

  read(): ReadonlyMap<string, unknown> {
    while (this.#at < this.#args.length) {
      const word = this.#args[this.#at++]!
      if (word === '--') {
        this.operands.push(...this.#args.slice(this.#at))
        break
      }
      if (word.startsWith('--')) this.#readLong(word)
      else if (this.#hasSignedOperands && NEGATIVE.test(word)) this.operands.push(word)
      else if (word.startsWith('-') && word.length > 1) this.#readShort(word)
      else this.operands.push(word)
    }
    return this.#values
  }

  #readLong(word: string): void {
    const [, name = '', , value] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? []
    if (name === '' || name.startsWith('-')) throw errors.badFlag(`bad flag syntax: ${word}`)
    const flag = Object.hasOwn(this.#flags, name) ? this.#flags[name] : undefined
    if (flag !== undefined) this.#set(name, flag, value, word)
    else if (this.#keys.has(name)) this.#override(name, value)
    else throw errors.unknownFlag(this.#describeUnknown(name))
  }

  #override(name: string, value: string | undefined): void {
    const isNextValue = value === undefined && this.#isValue(this.#args[this.#at])
    const text = isNextValue ? this.#args[this.#at++] : value
    this.overrides.push(`--${name}=${text ?? 'true'}`)
  }

  #isValue(word: string | undefined): boolean {
    return word !== undefined && !word.startsWith('--')
  }

  #describeUnknown(name: string): string {
    const visible = Object.keys(this.#flags).filter((each) => this.#flags[each]?.isHidden !== true)
    const nearest = nearestName(name, [...visible, ...this.#keys])
    const meant = nearest === undefined ? '' : `; did you mean --${nearest}?`
    return `unknown flag: --${name}${meant}`
  }

  #readShort(word: string): void {
    let rest = word.slice(1)
    while (rest !== '') {
      const letter = rest[0]!
      rest = rest.slice(1)
      const [name, flag] =
        Object.entries(this.#flags).find(([, { short }]) => short === letter) ?? []
      if (name === undefined || flag === undefined)
        throw errors.unknownFlag(`unknown shorthand flag: '${letter}' in ${word}`)
      const takesRest = rest.startsWith('=') || (flag.kind !== 'boolean' && rest !== '')
      const value = takesRest ? rest.replace(/^=/, '') : undefined
      this.#set(name, flag, value, `'${letter}' in ${word}`)
      if (takesRest) return
    }
  }

  #set(name: string, flag: Flag, given: string | undefined, word: string): void {
    const isAlone = given === undefined && flag.kind === 'boolean'
    const text = given ?? (isAlone ? 'true' : this.#args[this.#at++])
    if (text === undefined) throw errors.badFlag(`flag needs an argument: ${word}`)
    this.#values.set(name, readFlag(name, flag, text, this.#values.get(name)))
  }
}

interface Found {
  readonly path: readonly CommandGroup[]
  readonly command: AnyCommand | undefined
  readonly rest: readonly string[]
}

function isGroup(one: AnyCommand | CommandGroup): one is CommandGroup {
  return 'commands' in one
}

/** Does a word that is a flag take the next one as its value? */
function takesNext(word: string, flags: Flags): boolean {
  if (word.includes('=')) return false
  const isLong = word.startsWith('--')
  const name = word.slice(isLong ? 2 : 1)
  const flag = isLong
    ? flags[name]
    : Object.values(flags).find(({ short }) => short === name.at(-1) && name.length === 1)
  return flag !== undefined && flag.kind !== 'boolean'
}

/** Which command the words name, and what is left: flags may stand before and behind its name. */
function findCommand(root: CommandGroup, args: readonly string[]): Found {
  const path = [root]
  const rest: string[] = []
  let flags: Flags = { ...root.shared, ...root.self?.options }
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    if (word === '--')
      return { path, command: path.at(-1)!.self, rest: [...rest, ...args.slice(i)] }
    if (word.startsWith('-')) {
      rest.push(word)
      if (takesNext(word, flags) && i + 1 < args.length) rest.push(args[++i]!)
      continue
    }
    const group = path.at(-1)!
    const next = group.commands.find(({ name }) => name === word)
    if (next === undefined) return { path, command: group.self, rest: [...rest, ...args.slice(i)] }
    if (!isGroup(next)) return { path, command: next, rest: [...rest, ...args.slice(i + 1)] }
    path.push(next)
    flags = { ...flags, ...next.shared, ...next.self?.options }
  }
  return { path, command: path.at(-1)!.self, rest }
}

/** Every flag that is known where a command is. */
export function flagsAt(path: readonly CommandGroup[], command: AnyCommand | undefined): Flags {
  const shared = path.flatMap((group) => Object.entries(group.shared))
  return { ...Object.fromEntries(shared), ...command?.options }
}

function describeUnknownCommand(path: readonly CommandGroup[], word: string): string {
  const group = path.at(-1)!
  const name = path.map((each) => each.name).join(' ')
  const nearest = nearestName(
    word,
    group.commands.map((each) => each.name),
  )
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return `unknown command ${JSON.stringify(word)} for ${JSON.stringify(name)}${meant}`
}

/** What a command line asks for. `keys` are those of the configuration: flags too. */
export function parseArguments(
  root: CommandGroup,
  args: readonly string[],
  keys: readonly string[] = [],
): Request {
  const { path, command, rest } = findCommand(root, args)
  const declared = flagsAt(path, command)
  const reader = new ArgumentReader(rest, {
    flags: { help: HELP, ...declared },
    keys: new Set(keys),
    hasSignedOperands: command?.signedOperands === true,
  })
  const values = reader.read()
  if (values.get('help') === true) return { kind: 'help', path, ...(command && { command }) }
  const [operand] = reader.operands
  const isInGroup = command === undefined || command === path.at(-1)!.self
  if (isInGroup && operand !== undefined)
    throw errors.unknownCommand(describeUnknownCommand(path, operand))
  if (command === undefined) return { kind: 'help', path }
  const flags = Object.entries(declared).map(([name, { fallback }]) => [
    name,
    values.has(name) ? values.get(name) : fallback,
  ])
  const call = {
    flags: Object.fromEntries(flags) as never,
    given: new Set(values.keys()),
    operands: reader.operands,
    overrides: reader.overrides,
    words: rest,
  }
  return { kind: 'run', command, call }
}
