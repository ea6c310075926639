/** What holds after every block: all that is here is there as well. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { ADDRESS_SIZE, Address, printAddress, runtimeAddress } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { U128_MAX } from '../../types/token.ts'
import { allSupplies } from '../accounts/balances.ts'
import { consensusAccount, consensusShares } from '../consensus/consensus.ts'
import { consensusDenomination, fromConsensus } from '../consensus/messages.ts'
import { errors } from '../core/errors.ts'
import { delegations } from './state.ts'

/** Throws what does not hold. */
export function checkInvariants(frame: Frame): void {
  const owner = runtimeAddress(frame.context.runtimeId)
  checkSupply(frame, owner)
  const sums = new Map<string, { readonly escrow: Address; readonly shares: bigint }>()
  for (const [key, { shares }] of delegations.entries(frame.store)) {
    const escrow = Address.check(key.slice(ADDRESS_SIZE))
    const text = toHex(escrow)
    sums.set(text, { escrow, shares: shares + (sums.get(text)?.shares ?? 0n) })
  }
  for (const { escrow, shares } of sums.values()) {
    const got = consensusShares(frame, escrow, owner)
    if (got >= shares) continue
    // COMPAT(oasis-sdk): the parenthesis stays open.
    throw errors.invariantViolation(
      `runtime does not have enough shares delegated to ${printAddress(escrow)} (expected: ${shares} got: ${got}`,
    )
  }
}

function checkSupply(frame: Frame, owner: Address): void {
  const { balance } = consensusAccount(frame, owner).general
  const scaled = scaledOf(frame, balance > U128_MAX ? U128_MAX : balance)
  const name = toHex(consensusDenomination(frame))
  const [, supply] = allSupplies(frame).find(([other]) => toHex(other) === name) ?? []
  if (supply === undefined || supply <= scaled) return
  throw errors.invariantViolation(
    `total supply (${supply}) is greater than runtime's general account balance (${scaled})`,
  )
}

function scaledOf(frame: Frame, balance: bigint): bigint {
  try {
    return fromConsensus(frame, balance)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.invariantViolation("runtime's consensus balance is not representable")
  }
}
