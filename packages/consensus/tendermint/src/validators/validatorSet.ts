/** Making and changing sets of validators. Everything is a value: a change makes another set. */

import { compareBytes, equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { TOTAL_POWER_MAX } from '../limits.ts'
import type { Validator } from '../types/validator.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { validatorAddress } from '../validatorAddress.ts'
import { centre, rescale, rotated, withPriorities } from './priorities.ts'

/** Changes that a set cannot take. */
export const errors = definePlainErrors('validatorSet', {
  duplicate: 'two changes of one validator',
  negativePower: 'negative voting power',
  tooMuchPower: 'too much voting power',
  zeroPower: 'a validator without power cannot be added',
  nobodyLeft: 'no validator would be left',
  unknownValidator: 'no such validator to remove',
})

/** A validator's new power; zero removes it. */
export interface ValidatorChange {
  readonly publicKey: Uint8Array
  readonly power: bigint
}

/** A validator and its place in the order. */
export interface PlacedValidator {
  readonly index: number
  readonly validator: Validator
}

/** Nobody. */
export const NO_VALIDATORS: ValidatorSet = {
  validators: [],
  proposer: undefined,
  totalVotingPower: 0n,
}

/** The validator with that address. */
export function findValidator(
  { validators }: ValidatorSet,
  address: Uint8Array,
): PlacedValidator | undefined {
  for (let index = 0; index < validators.length; index++) {
    const validator = validators[index]!
    if (equalBytes(validator.address, address)) return { index, validator }
  }
  return undefined
}

/** The sum of the powers; refused if they are more than may ever be. */
export function totalPowerOf(validators: readonly Validator[]): bigint {
  let total = 0n
  for (const { votingPower } of validators) total += votingPower
  if (total > TOTAL_POWER_MAX) throw errors.tooMuchPower(`${total}`)
  return total
}

function byAddress(a: Validator, b: Validator): number {
  return compareBytes(a.address, b.address)
}

/** The order of a set: by power, the highest first, then by address. */
export function compareInSet(a: Validator, b: Validator): number {
  if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1
  return byAddress(a, b)
}

function asValidator({ publicKey, power }: ValidatorChange): Validator {
  const address = validatorAddress(publicKey)
  return { address, publicKey, votingPower: power, proposerPriority: 0n }
}

interface Changes {
  readonly updates: readonly Validator[]
  readonly removals: readonly Validator[]
}

function sorted(changes: readonly ValidatorChange[]): Changes {
  const ordered = changes.map(asValidator).toSorted(byAddress)
  for (const [i, { address, votingPower }] of ordered.entries()) {
    if (i > 0 && equalBytes(address, ordered[i - 1]!.address)) throw errors.duplicate()
    if (votingPower < 0n) throw errors.negativePower(`${votingPower}`)
    if (votingPower > TOTAL_POWER_MAX) throw errors.tooMuchPower(`${votingPower}`)
  }
  return {
    updates: ordered.filter(({ votingPower }) => votingPower > 0n),
    removals: ordered.filter(({ votingPower }) => votingPower === 0n),
  }
}

/** The set after the changes; it has no proposer before it is rotated. */
function changed(set: ValidatorSet, { updates, removals }: Changes): ValidatorSet {
  const isKnown = ({ address }: Validator): boolean => findValidator(set, address) !== undefined
  const isNobodyNew = updates.every(isKnown)
  if (isNobodyNew && removals.length === set.validators.length) throw errors.nobodyLeft()

  const removed = new Set<Validator>()
  let removedPower = 0n
  for (const { address } of removals) {
    const found = findValidator(set, address)
    if (found === undefined) throw errors.unknownValidator()
    removed.add(found.validator)
    removedPower += found.validator.votingPower
  }
  const merged = new Map(set.validators.map((validator, index) => [index, validator]))
  let powerWithRemoved = set.totalVotingPower
  const added: Validator[] = []
  for (const update of updates) {
    const found = findValidator(set, update.address)
    powerWithRemoved += update.votingPower - (found?.validator.votingPower ?? 0n)
    if (found === undefined) added.push(update)
    else merged.set(found.index, keptPriority(found.validator, update))
  }
  if (powerWithRemoved - removedPower > TOTAL_POWER_MAX) throw errors.tooMuchPower()

  // Newcomers begin far behind, so that nobody leaves and comes back to forget its turns.
  const behind = -(powerWithRemoved + (powerWithRemoved >> 3n))
  const members = [...merged.values()].filter((validator) => !removed.has(validator))
  const all = [...members, ...added.map((one) => ({ ...one, proposerPriority: behind }))]
  const priorities = all.map(({ proposerPriority }) => proposerPriority)
  const totalVotingPower = totalPowerOf(all)
  rescale(priorities, totalVotingPower)
  centre(priorities)
  const validators = withPriorities(all, priorities).toSorted(compareInSet)
  return { validators, proposer: set.proposer, totalVotingPower }
}

function keptPriority({ proposerPriority }: Validator, update: Validator): Validator {
  return { ...update, proposerPriority }
}

/** A set of its own, whose first proposer is chosen. */
export function createValidatorSet(members: readonly ValidatorChange[]): ValidatorSet {
  if (members.length === 0) return NO_VALIDATORS
  const changes = sorted(members)
  if (changes.removals.length > 0) throw errors.zeroPower()
  return rotated(changed(NO_VALIDATORS, changes), 1)
}

/** The set after changes. Its proposer is the old one's until it is rotated. */
export function changeValidatorSet(
  set: ValidatorSet,
  changes: readonly ValidatorChange[],
): ValidatorSet {
  return changes.length === 0 ? set : changed(set, sorted(changes))
}
