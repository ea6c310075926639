/** Genesis documents of chains in which more may happen than in the recorded ones. */

import { make, zero } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account, Delegation } from '@wadi/consensus/staking'
import { Genesis as VaultGenesis, Parameters as VaultParameters } from '@wadi/consensus/vault'
import { Address, stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { add, quantity } from '@wadi/primitives/quantity'

/** What everybody gets who ever signs, and what everybody has put into escrow with himself. */
const FUNDS = quantity(10n ** 12n)
const STAKE = quantity(10n ** 9n)

type Staking = GenesisDocument['staking']

function funded(staking: Staking, signer: PublicKey): Staking {
  const { ledger, delegations, totalSupply } = staking
  const address = stakingAddress(signer)
  const { general, escrow } = ledger.get(address) ?? zero(Account)
  const { balance, totalShares } = escrow.active
  // Whoever has delegators already keeps the price of his shares.
  if (balance !== totalShares) return staking
  const stake = { balance: add(balance, STAKE), totalShares: add(totalShares, STAKE) }
  const account = {
    general: { ...general, balance: add(general.balance, FUNDS) },
    escrow: { ...escrow, active: stake },
  }
  const delegators = delegations.get(address) ?? keyedMap(Address, [])
  const { shares } = delegators.get(address) ?? zero(Delegation)
  const own = withEntry(delegators, address, { shares: add(shares, STAKE) })
  return {
    ...staking,
    ledger: withEntry(ledger, address, account),
    delegations: withEntry(delegations, address, own),
    totalSupply: add(totalSupply, add(FUNDS, STAKE)),
  }
}

/**
 * The same network, but that signers have means and allow others some, vaults are open, and
 * votes are counted soon.
 */
export function livelyDocument(
  document: GenesisDocument,
  signers: readonly PublicKey[],
): GenesisDocument {
  const vaultParams = make(VaultParameters, { enabled: true, maxAuthorityAddresses: 8 })
  const { governance } = document
  const staking = signers.reduce(funded, document.staking)
  return {
    ...document,
    staking: { ...staking, params: { ...staking.params, maxAllowances: 8 } },
    vault: make(VaultGenesis, { params: vaultParams }),
    governance: { ...governance, params: { ...governance.params, votingPeriod: 1n } },
  }
}
