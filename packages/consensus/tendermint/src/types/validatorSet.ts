import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { field, message, repeated, required } from '@wadi/protobuf/message'
import { int64 } from '@wadi/protobuf/scalars'
import { TOTAL_POWER_MAX, VALIDATORS_MAX } from '../limits.ts'
import { validatorAddress } from '../validatorAddress.ts'
import { Validator } from './validator.ts'

const errors = definePlainErrors('validators', {
  empty: 'a set has validators',
  negativePower: 'negative voting power',
  otherAddress: 'the address is not that of the key',
  tooMuchPower: 'too much voting power',
  strangeProposer: 'the proposer is none of the validators',
})

/**
 * Validators by descending power, then by address; who proposes in the round that the priorities
 * are of; and the sum of the powers. See `validators/` for what makes and changes one.
 */
export interface ValidatorSet {
  readonly validators: readonly Validator[]
  /** Undefined if there are no validators. */
  readonly proposer: Validator | undefined
  readonly totalVotingPower: bigint
}

/** As it travels. The total is nobody's word there. */
const ValidatorSetMessage = message({
  validators: repeated(1, Validator, { countMax: VALIDATORS_MAX }),
  proposer: required(2, Validator),
  totalVotingPower: field(3, int64),
})

function checkValidator({ address, publicKey, votingPower }: Validator): void {
  if (votingPower < 0n) throw errors.negativePower()
  if (!equalBytes(address, validatorAddress(publicKey))) throw errors.otherAddress()
}

function fromMessage({ validators, proposer }: Infer<typeof ValidatorSetMessage>): ValidatorSet {
  if (validators.length === 0) throw errors.empty()
  let totalVotingPower = 0n
  for (const validator of validators) {
    checkValidator(validator)
    totalVotingPower += validator.votingPower
  }
  if (totalVotingPower > TOTAL_POWER_MAX) throw errors.tooMuchPower()
  checkValidator(proposer)
  if (!validators.some(({ address }) => equalBytes(address, proposer.address)))
    throw errors.strangeProposer()
  return { validators, proposer, totalVotingPower }
}

/**
 * What is read was checked, but for the order.
 * COMPAT(cometbft): the total is written as 0, and counted again by whoever reads.
 */
export const ValidatorSet: Schema<ValidatorSet> = mapped(ValidatorSetMessage, {
  from: fromMessage,
  to({ validators, proposer }) {
    if (proposer === undefined) throw errors.empty()
    return { validators, proposer, totalVotingPower: 0n }
  },
})
