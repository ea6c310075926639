/** Staking's section of the genesis document: read when a chain begins, made when one is left. */

import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { type KeyedMap, keyedMap } from '@wadi/cbor/collections'
import { type Account, type Genesis, StakeAccumulator } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { Address, printAddress } from '@wadi/primitives/address'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import { entriesOf, type ReadableState, type State } from '../kernel/state.ts'
import { withEscrow } from './accounts.ts'
import { checkParameters } from './parameters.ts'
import {
  accountOf,
  commonPoolOf,
  debondingDelegationsOf,
  governanceDepositsOf,
  lastBlockFeesOf,
  parametersOf,
  totalSupplyOf,
} from './queries.ts'
import {
  addDebondingDelegation,
  setAccount,
  setCommonPool,
  setDelegation,
  setGovernanceDeposits,
  setParameters,
  setTotalSupply,
} from './state.ts'

/** What keeps a chain from beginning. */
export const errors = definePlainErrors('staking/genesis', {
  missing: 'null instead of a value',
  invalidAddress: 'the address is invalid',
  stakeClaims: 'the stake accumulator is not empty',
  totalSupply: 'total supply mismatch',
  activeShares: 'total active shares mismatch',
  debondingShares: 'total debonding shares mismatch',
  tokenSymbol: 'the token symbol is not one to eight capital letters',
  tokenValueExponent: 'token value exponent is invalid',
  allowance: 'an allowance is greater than the total supply',
  noAccount: 'delegation specified for a nonexisting account',
  noRateInterval: 'a commission schedule, but no interval of changes',
  nobodysStake: 'no delegations, but a balance',
})

/** Writes the ledger, if everything in it adds up. */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { state } = ctx
  const { staking } = document
  checkParameters(staking.params, ctx.chain)
  setParameters(state, staking.params)
  setGovernanceDeposits(state, staking.governanceDeposits)
  const held = initLedger(state, staking)
  // Nobody has voted for the block before the first one.
  const commonPool = add(staking.commonPool, staking.lastBlockFees)
  const total = add(add(held, commonPool), staking.governanceDeposits)
  if (total !== staking.totalSupply)
    throw errors.totalSupply(`expected ${staking.totalSupply}, actual ${total}`)
  setCommonPool(state, commonPool)
  setTotalSupply(state, total)
  initDelegations(state, staking)
  initDebondingDelegations(state, staking)
}

/** A value of the document that must not be null. */
export function present<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw errors.missing(path)
  return value
}

/** The path of an address that must be one of an account. */
export function checkedName(address: Address, path: string): string {
  const name = `${path}.${printAddress(address)}`
  if (isReservedAddress(address)) throw errors.invalidAddress(name)
  return name
}

/** Writes all accounts, and says how much they hold together. */
function initLedger(state: State, { ledger }: Genesis): Quantity {
  let held = ZERO
  for (const [address, entry] of ledger) {
    const name = checkedName(address, 'staking.ledger')
    const account = present(entry, name)
    const { active, debonding, stakeAccumulator } = account.escrow
    // The registry makes the claims anew when it registers what claims.
    if (stakeAccumulator.claims.size > 0) throw errors.stakeClaims(name)
    held = add(held, account.general.balance)
    held = add(held, add(active.balance, debonding.balance))
    setAccount(state, address, account)
  }
  return held
}

function initDelegations(state: State, { delegations }: Genesis): void {
  for (const [escrow, entries] of delegations) {
    const path = checkedName(escrow, 'staking.delegations')
    let shares = ZERO
    for (const [delegator, entry] of entries ?? []) {
      const delegation = present(entry, checkedName(delegator, path))
      shares = add(shares, delegation.shares)
      setDelegation(state, delegator, escrow, delegation)
    }
    const { totalShares } = accountOf(state, escrow).escrow.active
    if (totalShares !== shares)
      throw errors.activeShares(`${path}: ${shares}, expected ${totalShares}`)
  }
}

function initDebondingDelegations(state: State, { debondingDelegations }: Genesis): void {
  for (const [escrow, delegators] of debondingDelegations) {
    const path = checkedName(escrow, 'staking.debonding_delegations')
    let shares = ZERO
    for (const [delegator, entries] of delegators ?? []) {
      const name = checkedName(delegator, path)
      for (const [i, entry] of (entries ?? []).entries()) {
        const delegation = present(entry, `${name}[${i}]`)
        shares = add(shares, delegation.shares)
        addDebondingDelegation(state, delegator, escrow, delegation)
      }
    }
    const { totalShares } = accountOf(state, escrow).escrow.debonding
    if (totalShares !== shares)
      throw errors.debondingShares(`${path}: ${shares}, expected ${totalShares}`)
  }
}

/** What older networks have in the genesis document only, and newer ones in the parameters. */
export type TokenInfo = Pick<Genesis, 'tokenSymbol' | 'tokenValueExponent'>

/** What a token is called: the parameters say so, or else the document that the chain has. */
export function tokenInfoOf(state: ReadableState, document: TokenInfo): TokenInfo {
  const { tokenSymbol, tokenValueExponent } = parametersOf(state)
  return {
    tokenSymbol: tokenSymbol === '' ? document.tokenSymbol : tokenSymbol,
    tokenValueExponent: tokenValueExponent === 0 ? document.tokenValueExponent : tokenValueExponent,
  }
}

/** The section of a document from which another chain can go on. */
export function exportGenesis(state: ReadableState, document: TokenInfo): Genesis {
  return {
    ...tokenInfoOf(state, document),
    params: parametersOf(state),
    totalSupply: totalSupplyOf(state),
    commonPool: commonPoolOf(state),
    lastBlockFees: lastBlockFeesOf(state),
    governanceDeposits: governanceDepositsOf(state),
    ledger: keyedMap(Address, ledgerOf(state)),
    delegations: nestedMap(
      Array.from(entriesOf(state, keys.delegations), ([[escrow, delegator], delegation]) => ({
        escrow,
        delegator,
        value: delegation,
      })),
    ),
    debondingDelegations: debondingOf(state),
  }
}

function* ledgerOf(state: ReadableState): Generator<readonly [Address, Account]> {
  const none = { stakeAccumulator: zero(StakeAccumulator) }
  for (const [[address], account] of entriesOf(state, keys.accounts))
    yield [address, withEscrow(account, none)]
}

/** Something that a delegator has of an escrow account. */
interface Held<T> {
  readonly escrow: Address
  readonly delegator: Address
  readonly value: T
}

/** By escrow account, then by delegator. */
function nestedMap<T>(held: readonly Held<T>[]): KeyedMap<Address, KeyedMap<Address, T>> {
  const byEscrow = Map.groupBy(held, ({ escrow }) => toHex(escrow)).values()
  return keyedMap(
    Address,
    Array.from(byEscrow, (group) => {
      const entries = group.map(({ delegator, value }) => [delegator, value] as const)
      return [group[0]!.escrow, keyedMap(Address, entries)] as const
    }),
  )
}

function debondingOf(state: ReadableState): Genesis['debondingDelegations'] {
  const groups = Map.groupBy(debondingDelegationsOf(state), ({ delegator, escrow }) =>
    toHex(delegator).concat(toHex(escrow)),
  )
  const held = Array.from(groups.values(), (group) => {
    const { delegator, escrow } = group[0]!
    return { delegator, escrow, value: group.map(({ delegation }) => delegation) }
  })
  return nestedMap(held)
}
