/**
 * Variables of the environment in a file, put in before anything else reads it.
 * COMPAT(oasis-core): the forms and their corners are those of the library that the reference has
 * for this: `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME-word}`, `${NAME:=word}`, `${NAME=word}`,
 * `${NAME:+word}`, `${NAME+word}`, and `$$` for a dollar; also in comments. What is not set is
 * empty; whoever calls is told of it. Braces of another form are refused: there they become a text
 * that nobody meant, or keep that program busy for ever.
 */

import { FILE_SIZE_MAX } from '../limits.ts'
import { errors } from './fileErrors.ts'

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A text with the variables in it, and the names of those that were not set. */
export interface Substituted {
  readonly text: string
  readonly unset: readonly string[]
}

const NAME = /[\p{L}\p{Nd}_]+/uy
const OPERATOR = /:[-=+]|[-=+]/y

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Refuses the braces at a position. */
function refuseAt(text: string, at: number, why: string): never {
  const lines = text.slice(0, at).split('\n')
  const place = `${lines.length}:${lines.at(-1)!.length + 1}`
  throw errors.malformed(`${place}: ${why}, or write $$ for a dollar`)
}

/** Where the braces that are open at a position close; they do so in the same line. */
function findBrace(text: string, at: number): number {
  const end = /[}\r\n]/g
  end.lastIndex = at
  const found = end.exec(text)
  if (found?.[0] === '}') return found.index
  return refuseAt(text, at, '${ has no closing brace in its line; add it')
}

class Substitution {
  readonly #text: string
  readonly #environment: Environment
  readonly #unset = new Set<string>()

  constructor(text: string, environment: Environment) {
    this.#text = text
    this.#environment = environment
  }

  run(): Substituted {
    const text = this.#text
    const parts: string[] = []
    let done = 0
    let size = 0
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', done)) {
      const { end, value } = this.#readAt(at)
      parts.push(text.slice(done, at), value)
      size += at - done + value.length
      if (size > FILE_SIZE_MAX) throw errors.tooLarge(`1:1: more than ${FILE_SIZE_MAX} bytes`)
      done = end
    }
    parts.push(text.slice(done))
    return { text: parts.join(''), unset: [...this.#unset] }
  }

  /** What stands for the dollar at a position and what belongs to it, and where that ends. */
  #readAt(at: number): { readonly end: number; readonly value: string } {
    const text = this.#text
    if (text[at + 1] === '$') return { end: at + 2, value: '$' }
    if (text[at + 1] === '{') return this.#readBraces(at)
    const name = match(NAME, text, at + 1)
    if (name === '' || name === '_') return { end: at + 1, value: '$' }
    return { end: at + 1 + name.length, value: this.#value(name) }
  }

  #readBraces(at: number): { readonly end: number; readonly value: string } {
    const end = findBrace(this.#text, at + 2) + 1
    const inside = this.#text.slice(at + 2, end - 1)
    const name = match(NAME, inside, 0)
    const operator = match(OPERATOR, inside, name.length)
    const word = inside.slice(name.length + operator.length)
    const isForm = name !== '' && name !== '_' && (operator !== '' || word === '')
    if (!isForm) refuseAt(this.#text, at + 2, '${ begins no variable; put its name behind it')
    return { end, value: this.#choose(name, operator, word) }
  }

  #choose(name: string, operator: string, word: string): string {
    const set = this.#lookUp(name)
    if (operator === '' || word === '') return this.#value(name)
    if (operator.endsWith('+')) return set === undefined ? '' : this.#word(word)
    const isEnough = operator.startsWith(':') ? set !== undefined && set !== '' : set !== undefined
    return isEnough ? this.#value(name) : this.#word(word)
  }

  /** A word is a variable or a text: of a text behind a variable only the text remains. */
  #word(word: string): string {
    let rest = word
    while (rest.startsWith('$')) {
      const name = match(NAME, rest, 1)
      rest = rest.slice(1 + name.length)
      if (rest === '') return this.#value(name)
    }
    return rest
  }

  #lookUp(name: string): string | undefined {
    return Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined
  }

  #value(name: string): string {
    const value = this.#lookUp(name)
    if (value === undefined) this.#unset.add(name)
    return value ?? ''
  }
}

/** Puts the variables into a text. */
export function substituteVariables(text: string, environment: Environment): Substituted {
  return new Substitution(text, environment).run()
}
