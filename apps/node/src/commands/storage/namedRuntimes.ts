import type { Namespace } from '@wadi/primitives/namespace'
import { errors } from '../transaction/commandErrors.ts'
import { runtimeIdOf } from '../transaction/flagValues.ts'

/** The runtimes that a command is told of: one at least. */
export function namedRuntimes(name: string, operands: readonly string[]): readonly Namespace[] {
  if (operands.length === 0) throw errors.missingValue(`${name} takes <runtime...>; give them`)
  return operands.map((id) => runtimeIdOf('the runtime', id))
}
