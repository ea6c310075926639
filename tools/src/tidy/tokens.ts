/**
 * Cuts TypeScript text into tokens. It knows what a rule about names must know: where strings,
 * templates, comments and regular expressions begin and end. It does not know the grammar.
 */

export type TokenKind = 'word' | 'number' | 'string' | 'comment' | 'regex' | 'sign'

export type Token = {
  readonly kind: TokenKind
  readonly text: string
  readonly line: number
}

const SPACE = /\s+/y
const LINE_COMMENT = /\/\/[^\n]*/y
const BLOCK_COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/y
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:\$\{|`|$)/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const NUMBER = /0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?/y
const WORD = /[#@]?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const SIGN = /=>|\?\.(?!\d)|\.\.\.|[\s\S]/y

/** Before these a slash begins a regular expression although a word stands there. */
const EXPRESSION_WORDS = new Set(['return', 'typeof', 'case', 'in', 'of', 'void', 'throw', 'else'])

function allowsRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true
  if (previous.kind === 'word') return EXPRESSION_WORDS.has(previous.text)
  return previous.kind === 'sign' && !/^[)\]}]$/.test(previous.text)
}

class Cutter {
  private at = 0
  private line = 1
  private previous: Token | undefined
  readonly tokens: Token[] = []
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  run(): readonly Token[] {
    // One entry per open template: how many braces are open inside its current `${`.
    const templates: number[] = []
    while (this.at < this.text.length) {
      const sign = this.text[this.at]
      const open = templates.at(-1)
      if (this.skip(SPACE)) continue
      if (sign === '`' || (sign === '}' && open === 0)) {
        if (sign === '}') templates.pop()
        this.at++
        if (this.take('string', TEMPLATE_PART, sign).endsWith('${')) templates.push(0)
        continue
      }
      if (open !== undefined && sign === '{') templates[templates.length - 1] = open + 1
      if (open !== undefined && sign === '}') templates[templates.length - 1] = open - 1
      this.takePlain()
    }
    return this.tokens
  }

  private takePlain(): void {
    if (this.matches(LINE_COMMENT)) this.take('comment', LINE_COMMENT)
    else if (this.matches(BLOCK_COMMENT)) this.take('comment', BLOCK_COMMENT)
    else if (this.matches(STRING)) this.take('string', STRING)
    else if (this.matches(NUMBER)) this.take('number', NUMBER)
    else if (this.matches(WORD)) this.take('word', WORD)
    else if (allowsRegex(this.previous) && this.matches(REGEX)) this.take('regex', REGEX)
    else this.take('sign', SIGN)
  }

  private matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    return pattern.test(this.text)
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return false
    this.advance(found)
    return true
  }

  private take(kind: TokenKind, pattern: RegExp, before = ''): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    const token = { kind, text: before + found, line: this.line }
    this.tokens.push(token)
    if (kind !== 'comment') this.previous = token
    this.advance(found)
    return found
  }

  private advance(taken: string): void {
    for (const sign of taken) if (sign === '\n') this.line++
    this.at += taken.length
  }
}

/** All tokens of the text, comments included, white space left out. */
export function tokenize(text: string): readonly Token[] {
  return new Cutter(text).run()
}
