import { errors } from './commandErrors.ts'

/** The only operand of a command. */
export function onlyOperand(operands: readonly string[], what: string): string {
  const [operand, ...rest] = operands
  if (operand === undefined) throw errors.missingValue(`${what} is missing; give it`)
  if (rest.length > 0)
    throw errors.badValue(`${operands.length} operands are given; give one, ${what}`)
  return operand
}
