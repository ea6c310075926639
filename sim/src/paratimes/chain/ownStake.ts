/** Runtimes that govern themselves have the stake of an owner. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account, Delegation, EscrowAccount, SharePool } from '@wadi/consensus/staking'
import { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'

const STAKE = 1000n

/** A document in which these accounts have staked something, each for itself. */
export function withOwnStake(
  document: GenesisDocument,
  accounts: readonly Address[],
): GenesisDocument {
  const { staking } = document
  const shares = quantity(STAKE)
  const active = make(SharePool, { balance: shares, totalShares: shares })
  const account = make(Account, { escrow: make(EscrowAccount, { active }) })
  const delegation = (address: Address) =>
    keyedMap<Address, Delegation | undefined>(Address, [
      [address, make(Delegation, { shares })] as const,
    ])
  return {
    ...document,
    staking: {
      ...staking,
      totalSupply: quantity(staking.totalSupply + STAKE * BigInt(accounts.length)),
      ledger: keyedMap<Address, Account | undefined>(Address, [
        ...(staking.ledger ?? []),
        ...accounts.map((address) => [address, account] as const),
      ]),
      delegations: keyedMap(Address, [
        ...(staking.delegations ?? []),
        ...accounts.map((address) => [address, delegation(address)] as const),
      ]),
    },
  }
}
