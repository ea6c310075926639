import { errors } from '../transaction/commandErrors.ts'
import { unsignedOf } from '../transaction/flagValues.ts'

/** The identifier of a proposal, which is never zero. */
export function proposalIdOf(name: string, value: bigint): bigint {
  if (value === 0n) throw errors.missingValue(`--${name} is missing; give the ID of a proposal`)
  return unsignedOf(name, value)
}

/** Which proposal. */
export const proposalIdFlag = {
  'proposal.id': { kind: 'integer', doc: 'number of the proposal', fallback: 0n },
} as const
