/** A genesis document of an earlier release, brought to this one. */

import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap, withEntry, withoutEntry } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { TeeFeatures } from '@wadi/consensus/registry'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import {
  type Account,
  type Genesis as StakingGenesis,
  ThresholdKind,
} from '@wadi/consensus/staking'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { type Address, printAddress } from '@wadi/primitives/address'
import { type Quantity, ZERO } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { errors } from '../errors.ts'
import { gasCosts } from './gasCosts.ts'
import { keptRegistrations } from './keptRegistrations.ts'

/** About two hours of blocks. */
const ATTESTATION_AGE_MAX = 1_200n
const PAST_ROOTS_STORED = 1_200n
const RUNTIME_DEPLOYMENTS = 5
const PROPOSER_TIMEOUT = 5_000_000_000n
const BLOCK_BYTES = 1_048_576n
const PROVE_FRESHNESS_GAS = 1_000n
/** Where the price of a key manager's policy was once, and where it is. */
const OLD_POLICY_GAS = 'update_keymanager'
const POLICY_GAS = 'update_policy'
/** COMPAT(oasis-core): what the first block of the main network says, too. */
const EXTRA_DATA =
  'Quis custodiet ipsos custodes? [submitted by Oasis Community Member Daniyar Borangaziyev]'

const KIND = ThresholdKind.names

/** What is to be different. */
export interface MigrationTerms {
  /** Another name for the network: then its epoch is the next one, too. */
  readonly newChainId: string | undefined
  readonly signatures: SignatureRules
}

/** The document, and what was left out of it or changed in it for a reason. */
export interface MigratedGenesis {
  readonly document: GenesisDocument
  readonly warnings: readonly string[]
}

function checkBurnAddress({ ledger }: StakingGenesis): void {
  // COMPAT(oasis-core): tokens that were sent there before it had a meaning stay where they are.
  const account = ledger.get(BURN_ADDRESS)
  if (account === undefined) return
  const { nonce, allowances } = account.general
  if (nonce !== 0n || allowances.size > 0)
    throw errors.badGenesis(
      `${printAddress(BURN_ADDRESS)} was used by somebody, and tokens are burnt there; ` +
        'the document cannot be migrated',
    )
}

/** Nobody can allow more than there is. */
function withCappedAllowances(staking: StakingGenesis): [StakingGenesis, readonly string[]] {
  const { totalSupply } = staking
  const warnings: string[] = []
  let ledger = staking.ledger
  for (const [address, account] of staking.ledger) {
    if (account === undefined) continue
    const { allowances } = account.general
    const tooMuch = [...allowances].filter(([, amount]) => amount > totalSupply)
    if (tooMuch.length === 0) continue
    const capped = tooMuch.reduce(
      (map, [beneficiary]) => withEntry(map, beneficiary, totalSupply),
      allowances,
    )
    const general = { ...account.general, allowances: capped }
    ledger = withEntry<Address, Account | undefined>(ledger, address, { ...account, general })
    warnings.push(`${printAddress(address)} allows more than the total supply: it allows that much`)
  }
  return [{ ...staking, ledger }, warnings]
}

/** Who observes needs the stake of who computes, where nobody has said how much. */
function withObserverThreshold(staking: StakingGenesis): StakingGenesis {
  const { thresholds } = staking.params
  if (thresholds.has(KIND['node-observer'])) return staking
  const amount: Quantity = thresholds.get(KIND['node-compute']) ?? ZERO
  const next = withEntry<bigint, Quantity>(thresholds, KIND['node-observer'], amount)
  return { ...staking, params: { ...staking.params, thresholds: next } }
}

function migrateRuntime(runtime: Runtime | undefined): Runtime | undefined {
  if (runtime === undefined || runtime.kind !== RUNTIME_KINDS.compute) return runtime
  const { batchFlushTimeout } = runtime.txnScheduler
  const proposeBatchTimeout =
    batchFlushTimeout > PROPOSER_TIMEOUT ? batchFlushTimeout : PROPOSER_TIMEOUT
  return { ...runtime, txnScheduler: { ...runtime.txnScheduler, proposeBatchTimeout } }
}

type Registrations = Pick<GenesisDocument['registry'], 'entities' | 'nodes'>

function migrateRegistry(
  { registry }: GenesisDocument,
  { entities, nodes }: Registrations,
): GenesisDocument['registry'] {
  const { params } = registry
  const teeFeatures = make(TeeFeatures, {
    sgx: {
      ...TeeFeatures.zero.sgx,
      pcs: true,
      signedAttestations: true,
      maxAttestationAge: ATTESTATION_AGE_MAX,
    },
    freshnessProofs: true,
  })
  const costs = withoutEntry(params.gasCosts, OLD_POLICY_GAS)
  return {
    ...registry,
    params: {
      ...params,
      gasCosts: withEntry(costs, 'prove_freshness', PROVE_FRESHNESS_GAS),
      teeFeatures,
      maxRuntimeDeployments: RUNTIME_DEPLOYMENTS,
    },
    entities,
    nodes,
    runtimes: registry.runtimes.map(migrateRuntime),
    suspendedRuntimes: registry.suspendedRuntimes.map(migrateRuntime),
  }
}

/** COMPAT(oasis-core): who did not name a price for it there pays none here. */
function migrateKeymanager({ keymanager, registry }: GenesisDocument) {
  const price = registry.params.gasCosts.get(OLD_POLICY_GAS) ?? 0n
  const costs = gasCosts(POLICY_GAS, 'publish_master_secret', 'publish_ephemeral_secret')
  const params = { ...keymanager.params, gasCosts: withEntry(costs, POLICY_GAS, price) }
  return { ...keymanager, params }
}

/** A network with another name begins in the next epoch. */
function renamed(document: GenesisDocument, chainId: string | undefined): GenesisDocument {
  if (chainId === undefined) return document
  const { beacon } = document
  return {
    ...document,
    chainId,
    // COMPAT(Go): numbers of 64 bits begin anew.
    beacon: { ...beacon, base: BigInt.asUintN(64, beacon.base + 1n) },
    extraData: keyedMap<string, Uint8Array | undefined>(text, [['quote', toUtf8(EXTRA_DATA)]]),
  }
}

/**
 * The document as this release would begin with it. Whoever has not enough stake any more, or a
 * descriptor that nobody can read, is left out. It need not be one that a network can begin with.
 */
export function migrateGenesis(
  old: GenesisDocument,
  { newChainId, signatures }: MigrationTerms,
): MigratedGenesis {
  checkBurnAddress(old.staking)
  const [capped, warnings] = withCappedAllowances(old.staking)
  const staking = withObserverThreshold(capped)
  const kept = keptRegistrations({ ...old, staking }, signatures)
  const { governance, roothash, consensus } = old
  const document: GenesisDocument = {
    ...old,
    staking,
    registry: migrateRegistry(old, kept),
    keymanager: migrateKeymanager(old),
    governance: {
      ...governance,
      params: { ...governance.params, enableChangeParametersProposal: true },
    },
    roothash: {
      ...roothash,
      params: { ...roothash.params, maxPastRootsStored: PAST_ROOTS_STORED },
    },
    consensus: { ...consensus, params: { ...consensus.params, maxBlockSize: BLOCK_BYTES } },
  }
  return {
    document: renamed(document, newChainId),
    warnings: [...warnings, ...kept.warnings],
  }
}
