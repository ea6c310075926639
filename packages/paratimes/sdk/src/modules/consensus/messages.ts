/** Messages to the consensus layer, and amounts as it counts them. */

import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { MESSAGE_VERSION, Message, StakingMessage } from '@wadi/consensus/roothash/messages'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { via } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import type { MessageHook } from '../../frame/level.ts'
import { type BaseUnits, type Denomination, U128_MAX } from '../../types/token.ts'
import { errors } from './errors.ts'
import { parameters } from './state.ts'

/** How the base units of the consensus layer are called here. */
export function consensusDenomination(frame: Frame): Denomination {
  return parameters.get(frame).consensusDenomination
}

/** An amount of the consensus layer as it is counted here. */
export function fromConsensus(frame: Frame, amount: bigint): bigint {
  const scaled = amount * parameters.get(frame).consensusScalingFactor
  if (scaled > U128_MAX) throw errors.amountNotRepresentable()
  return scaled
}

/** An amount as the consensus layer counts it. */
export function toConsensus(frame: Frame, { amount, denomination }: BaseUnits): bigint {
  const { consensusDenomination: expected, consensusScalingFactor: factor } = parameters.get(frame)
  if (!equalBytes(denomination, expected)) throw errors.invalidDenomination()
  if (factor === 0n || amount % factor !== 0n) throw errors.amountNotRepresentable()
  return amount / factor
}

function send(frame: Frame, body: Partial<StakingMessage>, hook: MessageHook): void {
  const staking = make(StakingMessage, { v: MESSAGE_VERSION, ...body })
  via('core', () => frame.emitMessage(make(Message, { staking }), hook))
}

/** Something that is moved on the consensus layer, and who is told how it went. */
export interface Order {
  /** The account at the other end. */
  readonly account: Address
  readonly amount: BaseUnits
  readonly hook: MessageHook
}

/** The ParaTime's account gives to another one. */
export function sendTransfer(frame: Frame, { account: to, amount, hook }: Order): void {
  const units = quantity(toConsensus(frame, amount))
  send(frame, { transfer: { to, amount: units } }, hook)
}

/** The ParaTime takes what another account allows it. */
export function sendWithdraw(frame: Frame, { account: from, amount, hook }: Order): void {
  const units = quantity(toConsensus(frame, amount))
  send(frame, { withdraw: { from, amount: units } }, hook)
}

/** The ParaTime delegates. */
export function sendAddEscrow(frame: Frame, { account, amount, hook }: Order): void {
  const units = toConsensus(frame, amount)
  if (units < parameters.get(frame).minDelegateAmount) throw errors.underMinDelegationAmount()
  send(frame, { addEscrow: { account, amount: quantity(units) } }, hook)
}

/** Shares that the ParaTime wants back. */
export interface ReclaimOrder {
  readonly account: Address
  readonly shares: bigint
  readonly hook: MessageHook
}

/** The ParaTime wants what it has delegated. */
export function sendReclaimEscrow(frame: Frame, { account, shares, hook }: ReclaimOrder): void {
  send(frame, { reclaimEscrow: { account, shares: quantity(shares) } }, hook)
}

/** Refuses callers that have no account of the same address on the consensus layer. */
export function checkSigner(frame: Frame): void {
  const { addressSpec } = frame.caller
  const isEd25519 = addressSpec.kind === 'signature' && addressSpec.body.kind === 'ed25519'
  const isSimulated =
    addressSpec.kind === 'internal' &&
    addressSpec.body.kind === 'address' &&
    frame.environment.mode === 'simulate'
  if (!isEd25519 && !isSimulated) throw errors.incompatibleSigner()
}
