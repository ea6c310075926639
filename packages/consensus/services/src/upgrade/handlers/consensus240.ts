import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as churpKeys from '@wadi/consensus/churp/keys'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import type { GasCosts } from '@wadi/consensus/gas'
import * as governanceKeys from '@wadi/consensus/governance/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { ThresholdKind } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import * as vaultKeys from '@wadi/consensus/vault/keys'
import { quantity } from '@wadi/primitives/quantity'
import { readExisting, type State, write } from '../../kernel/state.ts'
import { changeParameters, type UpgradeHandler } from '../handler.ts'

const BLOCK_LIMITS = {
  maxTxSize: 131_072n,
  maxBlockSize: 4_194_304n,
  maxBlockGas: 5_000_000n,
} as const

const CHURP_THRESHOLD = quantity(10_000_000_000_000n)

function gasCosts(costs: Readonly<Record<string, bigint>>): GasCosts {
  return keyedMap(text, Object.entries(costs))
}

const CHURP_PARAMETERS = {
  gasCosts: gasCosts({ create: 1_000n, update: 1_000n, apply: 1_000n, confirm: 1_000n }),
}

const VAULT_PARAMETERS = {
  enabled: true,
  maxAuthorityAddresses: 32,
  gasCosts: gasCosts({ create: 10_000n, authorize_action: 5_000n, cancel_action: 5_000n }),
}

/** Makes room for larger transactions, and brings CHURP, the vault and votes of delegators. */
export const consensus240: UpgradeHandler = {
  needsRestart: false,
  endBlock: ({ state }) => {
    changeParameters(state, consensusKeys.parameters, BLOCK_LIMITS)
    changeParameters(state, registryKeys.parameters, { enableKmChurp: true })
    write(state, churpKeys.parameters, [], CHURP_PARAMETERS)
    changeParameters(state, stakingKeys.parameters, { thresholds: withChurpThreshold(state) })
    changeParameters(state, governanceKeys.parameters, {
      allowVoteWithoutEntity: true,
      allowProposalMetadata: true,
    })
    write(state, vaultKeys.parameters, [], VAULT_PARAMETERS)
  },
}

function withChurpThreshold(state: State) {
  const { thresholds } = readExisting(state, stakingKeys.parameters)
  return withEntry(thresholds, ThresholdKind.names['keymanager-churp'], CHURP_THRESHOLD)
}
