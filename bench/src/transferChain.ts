/**
 * A chain of nothing but transfers: four validators, many funded accounts, and a thousand transfers
 * in each block between accounts that are drawn by lot, the same ones in every run.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { chainOf } from '@wadi/conformance/replay'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import type { GasCosts } from '@wadi/consensus/gas'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Parameters as RegistryParameters } from '@wadi/consensus/registry'
import { Parameters as SchedulerParameters } from '@wadi/consensus/scheduler'
import {
  Account,
  Delegation,
  EscrowAccount,
  GeneralAccount,
  SharePool,
  Parameters as StakingParameters,
  ThresholdKind,
} from '@wadi/consensus/staking'
import { Transfer } from '@wadi/consensus/staking/methods'
import { Application } from '@wadi/consensus-services/application'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import { services } from '@wadi/consensus-services/services'
import {
  entitySigner,
  keyOf,
  nodeSigners,
  signedEntity,
  signedNode,
} from '@wadi/consensus-services/testing/registry'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

/** How many transfers a block has; the proposer adds one more transaction. */
export const TRANSFERS_PER_BLOCK = 1_000
const ACCOUNT_COUNT = 10_000
const VALIDATORS = ['one', 'two', 'three', 'four']
const BALANCE = quantity(1_000_000_000n)
const STAKE = quantity(1_000_000_000_000n)
/** No epoch ends while the chain runs: elections have a scenario of their own. */
const EPOCH_BLOCKS = 1_000_000n
const BLOCK_BYTES = 4_194_304n
const FEE = { amount: quantity(1_000n), gas: 1_000n }
const BEGUN_AT = 1_700_000_000n

const costs = (...entries: readonly (readonly [string, bigint])[]): GasCosts =>
  keyedMap(text, entries)

type ProposedBlock = Parameters<Application['beginBlock']>[0]

interface Holder {
  readonly signer: Signer
  readonly address: Address
  nonce: bigint
}

function createHolders(): readonly Holder[] {
  return Array.from({ length: ACCOUNT_COUNT }, (_, i) => {
    const signer = createTestSigner('entity', `holder ${i}`)
    return { signer, address: stakingAddress(keyOf(signer)), nonce: 0n }
  })
}

function stakingOf(holders: readonly Holder[]): GenesisDocument['staking'] {
  const entities = VALIDATORS.map((name) => stakingAddress(keyOf(entitySigner(name))))
  const active = make(SharePool, { balance: STAKE, totalShares: STAKE })
  const entity = make(Account, { escrow: make(EscrowAccount, { active }) })
  const holder = make(Account, { general: make(GeneralAccount, { balance: BALANCE }) })
  const thresholds = Object.values(ThresholdKind.names).map((kind) => [kind, quantity(0n)] as const)
  const params = make(StakingParameters, {
    thresholds: keyedMap<bigint, Quantity>(ThresholdKind, thresholds),
    debondingInterval: 2n,
    gasCosts: costs(['transfer', 10n]),
    feeSplitWeightPropose: quantity(2n),
    feeSplitWeightVote: quantity(1n),
    feeSplitWeightNextPropose: quantity(1n),
  })
  return {
    ...zero(GenesisDocument).staking,
    params,
    tokenSymbol: 'TEST',
    tokenValueExponent: 6,
    totalSupply: quantity(BALANCE * BigInt(holders.length) + STAKE * BigInt(entities.length)),
    ledger: keyedMap<Address, Account | undefined>(Address, [
      ...holders.map(({ address }) => [address, holder] as const),
      ...entities.map((address) => [address, entity] as const),
    ]),
    delegations: keyedMap(
      Address,
      entities.map((address) => {
        const own = make(Delegation, { shares: STAKE })
        return [address, keyedMap<Address, Delegation | undefined>(Address, [[address, own]])]
      }),
    ),
  }
}

function registryOf(): GenesisDocument['registry'] {
  const expiration = 5n
  return {
    ...zero(GenesisDocument).registry,
    params: make(RegistryParameters, {
      debugAllowUnroutableAddresses: true,
      maxNodeExpiration: expiration,
    }),
    entities: VALIDATORS.map((name) =>
      signedEntity(entitySigner(name), [keyOf(nodeSigners(name).id)]),
    ),
    nodes: VALIDATORS.map((name) =>
      signedNode(nodeSigners(name), { entityId: keyOf(entitySigner(name)), expiration }),
    ),
  }
}

function createDocument(holders: readonly Holder[]): GenesisDocument {
  return {
    ...zero(GenesisDocument),
    height: 1n,
    genesisTime: { seconds: BEGUN_AT, nanoseconds: 0 },
    chainId: 'bench: transfers',
    staking: stakingOf(holders),
    registry: registryOf(),
    scheduler: {
      params: make(SchedulerParameters, {
        minValidators: 1n,
        maxValidators: 100n,
        maxValidatorsPerEntity: 1n,
      }),
    },
    beacon: {
      base: 1n,
      params: make(BeaconParameters, {
        backend: 'insecure',
        insecureParameters: { interval: EPOCH_BLOCKS },
      }),
    },
    consensus: {
      backend: 'tendermint',
      params: make(ConsensusParameters, {
        maxTxSize: 32_768n,
        maxBlockSize: BLOCK_BYTES,
        gasCosts: costs(['tx_byte', 1n]),
        featureVersion: { major: 26, minor: 1, patch: 0 },
      }),
    },
  }
}

function createApplication(document: GenesisDocument): Application {
  const namespace = new Uint8Array(32)
  const tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
  const store = {
    tree,
    commit: (version: bigint) => tree.commit({ version, baseAddress: 1 }).root,
  }
  const chain = chainOf(document)
  const application = new Application({ chain, services, store })
  application.initChain({ document, validators: genesisValidators(document, chain.signatures) })
  return application
}

/** Numbers below a bound, the same ones in every run. */
function createLot(): (bound: number) => number {
  let state = 0x2545_f491
  return (bound) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % bound
  }
}

/** A block as it was proposed. */
export interface ReadyBlock {
  readonly block: ProposedBlock
  readonly transactions: readonly Uint8Array[]
}

const addressOf = (name: string) => validatorAddress(nodeSigners(name).consensus.publicKey)

function proposerAt(height: bigint): string {
  return VALIDATORS[Number(height) % VALIDATORS.length] as string
}

function headerOf(height: bigint): ProposedBlock {
  const votes = VALIDATORS.map((name) => ({ validator: addressOf(name), hasSigned: true }))
  return {
    hash: toUtf8(`block ${height}`),
    height,
    time: { seconds: BEGUN_AT + height, nanoseconds: 0 },
    nextValidatorsHash: new Uint8Array(32),
    proposer: addressOf(proposerAt(height)),
    lastCommit: height === 1n ? [] : votes,
    misbehaviour: [],
  }
}

/**
 * Has an application run a block, and refuses one in which a transaction fails. What is wrong with
 * the state stops the bench, too: the roots that the proposer found are in the block.
 */
function runBlock(application: Application, { block, transactions }: ReadyBlock): void {
  application.announce(transactions)
  application.beginBlock(block)
  for (const raw of transactions) {
    const { code, log } = application.deliverTx(raw)
    assert(code === 0, `a transfer succeeds: ${log}`)
  }
  application.endBlock()
  application.commit()
}

/** Draws the transfers of the next block, and signs them. */
function createTransfers(
  document: GenesisDocument,
  holders: readonly Holder[],
): () => readonly Uint8Array[] {
  const context = transactionContext(chainOf(document).context)
  const lot = createLot()
  const draw = () => holders[lot(holders.length)] as Holder
  const transfer = () => {
    const [from, { address: to }] = [draw(), draw()]
    const body = encode(Transfer, { to, amount: quantity(BigInt(1 + lot(1_000))) })
    const call = { nonce: from.nonce++, fee: FEE, method: 'staking.Transfer', body }
    const transaction = make(Transaction, call)
    return encode(SignedTransaction, signTransaction(from.signer, context, transaction))
  }
  return () => Array.from({ length: TRANSFERS_PER_BLOCK }, transfer)
}

/** Proposes the first blocks of the chain, the same ones in every run. */
export function proposeBlocks(count: number): readonly ReadyBlock[] {
  const holders = createHolders()
  const document = createDocument(holders)
  const application = createApplication(document)
  const drawTransfers = createTransfers(document, holders)
  return Array.from({ length: count }, (_, i) => {
    const block = headerOf(BigInt(i + 1))
    const asked = { ...block, transactions: drawTransfers(), bytesMax: BLOCK_BYTES }
    const signer = nodeSigners(proposerAt(block.height)).consensus
    const transactions = application.prepareProposal(asked, signer)
    assert(transactions.length === TRANSFERS_PER_BLOCK + 1, 'the proposal has all, and its own')
    runBlock(application, { block, transactions })
    return { block, transactions }
  })
}

/** An application at the chain's beginning, and what runs its next block. */
export function createRunner(): (block: ReadyBlock) => void {
  const application = createApplication(createDocument(createHolders()))
  return (block) => runBlock(application, block)
}
