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
    const given = operands.length === 0 ? 'nothing' : JSON.stringify(operands.join(' '))
    throw errors.missingValue(`${what} is wanted, and ${given} was given; see --help`)
  }
  return names.map((_, i) => operands[i]) as never
}
