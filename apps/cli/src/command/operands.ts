import { errors } from '../errors.ts'

/** The operands of a command, by their names; `?` at the end of one says that it may be missing. */
export function operandsOf<const N extends readonly string[]>(
  operands: readonly string[],
  ...names: N
): { readonly [I in keyof N]: N[I] extends `${string}?` ? string | undefined : string } {
  const least = names.filter((name) => !name.endsWith('?')).length
  if (operands.length < least || operands.length > names.length) {
    const wanted = names.map((name) => `<${name}>`).join(' ')
    const what = names.length === 0 ? 'nothing' : wanted
    throw errors.missingValue(`${what} is wanted, and ${givenText(operands, names)}; see --help`)
  }
  return names.map((_, i) => operands[i]) as never
}

/** What is too much is not repeated: it may be somebody's words or password. */
function givenText(operands: readonly string[], names: readonly string[]): string {
  if (operands.length === 0) return 'nothing was given'
  if (operands.length <= names.length) return `${JSON.stringify(operands.join(' '))} was given`
  const count = operands.length
  return count === 1 ? 'one word was given' : `${count} words were given`
}
