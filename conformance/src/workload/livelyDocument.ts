/** Genesis documents of chains in which more may happen than in the recorded ones. */

import { make, zero } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { BACKENDS, Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { RUNTIME_KINDS } from '@wadi/consensus/registry/runtime'
import { Account, Delegation, type Slash, SlashReason } from '@wadi/consensus/staking'
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

/** When epochs begin: as it was recorded, or every so many blocks with randomness for nothing. */
export type Epochs = 'recorded' | 'unproven'

/**
 * The recorded proofs of randomness are worthless in a chain with other states: without them no
 * committee is elected. Randomness that nobody has to prove elects them again.
 */
function unproven(beacon: GenesisDocument['beacon']): GenesisDocument['beacon'] {
  const { vrfParameters } = beacon.params
  if (vrfParameters === undefined) return beacon
  const insecureParameters = { interval: vrfParameters.interval }
  const params = make(BeaconParameters, { backend: BACKENDS.insecure, insecureParameters })
  return { ...beacon, params }
}

/** What the nodes of every runtime lose that computes. */
const SLASH: Slash = { amount: quantity(1_000n), freezeInterval: 1n }

function slashing(registry: GenesisDocument['registry']): GenesisDocument['registry'] {
  const reasons = Object.values(SlashReason.names)
  const runtimes = registry.runtimes.map((runtime) => {
    if (runtime?.kind !== RUNTIME_KINDS.compute) return runtime
    const staking = {
      ...runtime.staking,
      slashing: keyedMap(
        SlashReason,
        reasons.map((reason) => [reason, SLASH] as const),
      ),
      rewardEquivocation: 50,
      rewardBadResults: 50,
    }
    return { ...runtime, staking }
  })
  return { ...registry, runtimes }
}

/**
 * The same network, but that signers have means and allow others some, vaults are open, and
 * votes are counted soon.
 */
export function livelyDocument(
  document: GenesisDocument,
  { signers, epochs }: { readonly signers: readonly PublicKey[]; readonly epochs: Epochs },
): GenesisDocument {
  const vaultParams = make(VaultParameters, { enabled: true, maxAuthorityAddresses: 8 })
  const { beacon, governance } = document
  const staking = signers.reduce(funded, document.staking)
  return {
    ...document,
    beacon: epochs === 'unproven' ? unproven(beacon) : beacon,
    registry: slashing(document.registry),
    staking: { ...staking, params: { ...staking.params, maxAllowances: 8 } },
    vault: make(VaultGenesis, { params: vaultParams }),
    governance: { ...governance, params: { ...governance.params, votingPeriod: 1n } },
  }
}
