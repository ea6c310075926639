/** The consensus services on a simulated network. */

import { genesisOf } from '@wadi/compose/engine-genesis'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import type { ValidatorKeys } from '@wadi/compose/network-keys'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { OasisApplication } from '@wadi/compose/oasis-application'
import * as registryKeys from '@wadi/consensus/registry/keys'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { type ReadableState, read, readExisting } from '@wadi/consensus-services/kernel/state'
import { services } from '@wadi/consensus-services/services'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { stakingAddress } from '@wadi/primitives/address'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { StandInKeys } from '../signatures/standInKeys.ts'
import type { ChainOptions, OpenedApplication, SimChain } from './simChain.ts'

const VOTE_STAKE = 1_000_000_000n
const EPOCH_BLOCKS = 15n
const TIMEOUT_COMMIT_MS = 1000n
const CHECKPOINT_INTERVAL = 20n
const ACCOUNTS = 4
const VOTES = contextOf(contexts.tendermint)
const NETWORKS_MAX = 64

const networks = new Map<string, NetworkGenesis>()

/** Signing descriptors takes longest, so networks with the same stakes share one document. */
function networkOf(powers: readonly bigint[]): NetworkGenesis {
  const name = powers.join(' ')
  const known = networks.get(name)
  if (known !== undefined) return known
  const network = createNetworkGenesis({
    seed: 'simulation',
    validators: powers.map((power) => ({ stake: power * VOTE_STAKE })),
    accounts: ACCOUNTS,
    epochBlocks: EPOCH_BLOCKS,
    timeoutCommitMs: TIMEOUT_COMMIT_MS,
    params: {
      stateCheckpointInterval: CHECKPOINT_INTERVAL,
      stateCheckpointNumKept: 2n,
      stateCheckpointChunkSize: 65_536n,
    },
  })
  if (networks.size >= NETWORKS_MAX) networks.clear()
  networks.set(name, network)
  return network
}

/** See the top of this file. */
export function createOasisChain({ powers, signatures }: ChainOptions): SimChain {
  const network = networkOf(powers)
  const { document, validators, accounts } = network
  const isReal = signatures === 'real'
  const keys = new StandInKeys()
  const choices = { isDebug: true, ed25519: isReal ? kernelEd25519 : keys.provider }
  const payers = accounts.map((account) =>
    isReal ? account : { ...account, signer: keys.signer(account.signer) },
  )
  return {
    genesis: genesisOf(document, chainTermsOf(document, choices)),
    dialect: isReal ? oasisDialect : keys.dialect,
    validators: validators.map(({ consensus: { publicKey, signer } }) => ({
      publicKey,
      address: validatorAddress(publicKey),
      sign: isReal ? (message) => signer.sign(VOTES, message) : keys.signWith(publicKey),
    })),
    open: (node, files) => {
      const { signer } = validators[node]!.consensus
      const own = isReal ? signer : keys.signer(signer)
      const stakes = powers.map((power) => power * VOTE_STAKE)
      const opened = { ...network, accounts: payers, stakes }
      return openApplication(opened, files, { ...choices, signer: own })
    },
  }
}

interface StakedNetwork extends NetworkGenesis {
  /** What each validator had at first. */
  readonly stakes: readonly bigint[]
}

function openApplication(
  { document, validators, accounts, chainContext, stakes }: StakedNetwork,
  files: FileSystem,
  choices: Pick<ConstructorParameters<typeof OasisApplication>[0], 'signer' | 'ed25519'>,
): OpenedApplication {
  const application = new OasisApplication({ document, folder: 'application', files, ...choices })
  const state = () => application.services.committed?.state
  const isFrozen = (committed: ReadableState, { node }: ValidatorKeys) => {
    const status = read(committed, registryKeys.nodeStatuses, node.publicKey)
    return status !== undefined && status.freezeEndTime > 0n
  }
  const stakeOf = (committed: ReadableState, { entity }: ValidatorKeys) =>
    read(committed, stakingKeys.accounts, stakingAddress(entity.publicKey))?.escrow.active.balance
  return {
    application,
    *violations() {
      const committed = state()
      if (committed === undefined) return
      for (const { name, violations } of services)
        for (const { invariant, details } of violations(committed))
          yield `${name}: ${invariant}: ${details}`
      // Nobody takes stake away here, rewards are far smaller than what an equivocation costs.
      for (const [i, keys] of validators.entries()) {
        const isSlashed = (stakeOf(committed, keys) ?? 0n) < stakes[i]!
        if (isFrozen(committed, keys) === isSlashed) continue
        yield `slashing: node ${i} is ${isSlashed ? 'slashed' : 'frozen'}, and nothing else`
      }
    },
    supply() {
      const committed = state()
      return committed && readExisting(committed, stakingKeys.totalSupply)
    },
    punished() {
      const committed = state()
      if (committed === undefined) return []
      return validators.flatMap((keys, i) => (isFrozen(committed, keys) ? [i] : []))
    },
    transaction(turn) {
      const from = accounts[turn % accounts.length]!
      const to = accounts[(turn + 1) % accounts.length]!.address
      const committed = state()
      const payer = committed && read(committed, stakingKeys.accounts, from.address)
      const nonce = payer?.general.nonce ?? 0n
      return signedTransfer({ chainContext, from, to, amount: BigInt(turn + 1), nonce })
    },
  }
}
