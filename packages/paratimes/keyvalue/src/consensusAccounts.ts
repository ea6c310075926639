/** All accounts and delegations of the consensus layer, as a call gives them. */

import { equalBytes } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { keyedMap, mapOf } from '@wadi/cbor/collections'
import { arrayStruct } from '@wadi/cbor/struct'
import { Account, Delegation } from '@wadi/consensus/staking'
import { accounts, delegations } from '@wadi/consensus/staking/keys'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import { pairsWithPrefix, type ReadableState } from '@wadi/mkvs/state'
import { Address } from '@wadi/primitives/address'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'

const Accounts = mapOf(Address, Account)
const Delegations = mapOf(Address, Delegation)
const AccountsResult = arrayStruct({
  accounts: Accounts,
  /** By the account that holds the escrow, then by delegator. */
  delegations: mapOf(Address, Delegations),
})

/** The encoded pair of maps; of nothing if the call is only looked at. */
export function consensusAccounts(
  { consensus }: RuntimeContext,
  mode: 'check' | 'execute',
): Uint8Array {
  if (mode === 'check') return encodeRust(AccountsResult, AccountsResult.zero)
  const all = [...entriesOf(consensus, accounts)].map(
    ([[address], value]) => [address, value] as const,
  )
  const byEscrow: {
    readonly escrow: Address
    readonly list: (readonly [Address, Delegation])[]
  }[] = []
  for (const [[escrow, delegator], value] of entriesOf(consensus, delegations)) {
    const last = byEscrow.at(-1)
    if (last !== undefined && equalBytes(last.escrow, escrow)) {
      last.list.push([delegator, value])
    } else {
      byEscrow.push({ escrow, list: [[delegator, value]] })
    }
  }
  return encodeRust(AccountsResult, {
    accounts: keyedMap(Address, all),
    delegations: keyedMap(
      Address,
      byEscrow.map(({ escrow, list }) => [escrow, keyedMap(Address, list)] as const),
    ),
  })
}

function* entriesOf<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  { keys, value }: StateTable<In, Out, T>,
): Generator<readonly [Out, T]> {
  for (const [key, bytes] of pairsWithPrefix(state, Uint8Array.of(keys.prefix)))
    yield [keys.decode(key), value.decode(bytes)]
}
