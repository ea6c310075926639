/** Every call that the client offers, and what comes of it. */

import type * as oasis from '@oasisprotocol/client'
import { isRecord } from './expectation.ts'
import type { Client } from './scene.ts'
import type { ClientStream } from './streamed.ts'

/** What there is to ask about. */
export interface Known {
  /** Of a block at which there is all of it. */
  readonly height: oasis.types.longnum
  readonly block: oasis.types.ConsensusBlock
  /** Who delegated, proposed and took back. */
  readonly owner: Uint8Array
  readonly publicKey: Uint8Array
  readonly escrow: Uint8Array
  readonly entity: Uint8Array
  readonly node: oasis.types.Node
  readonly consensusAddress: Uint8Array
  readonly proposal: oasis.types.longnum
}

type Answer = (client: Client, known: Known) => Promise<unknown>
type Watch = (client: Client, known: Known) => ClientStream<unknown>

/** What a call does. */
export type Row =
  /** It is answered in a form. */
  | { readonly kind: 'answer'; readonly ask: Answer; readonly isGood: (answer: unknown) => boolean }
  /** It ends with an error of the reference. */
  | { readonly kind: 'refusal'; readonly ask: Answer; readonly error: readonly [string, number] }
  /** It tells something by itself, or waits for what somebody does. */
  | { readonly kind: 'telling' | 'waiting'; readonly watch: Watch }
  /** Something else tries it. */
  | { readonly kind: 'elsewhere' }
  /** A node has no such call where pages may ask it, for a reason. */
  | { readonly kind: 'absent'; readonly why: string }

type Owned<K> = K extends keyof oasis.client.GRPCWrapper ? never : K
/** A call of the client, by its name there. */
export type CallName = Owned<keyof Client>

const isNumber = (answer: unknown) => typeof answer === 'number' || typeof answer === 'bigint'
const isTrue = (answer: unknown) => answer === true
const isText = (answer: unknown) => typeof answer === 'string'
const isBytes = (answer: unknown) => answer instanceof Uint8Array
const isList = (answer: unknown) => Array.isArray(answer) && answer.length > 0
const isMap = (answer: unknown) => answer instanceof Map && answer.size > 0
/** Also a record that has none of its fields, as the client decodes. */
const isEmptyMap = (answer: unknown) => answer instanceof Map && answer.size === 0
/** The reference has no list where nothing is in it, or an empty one. */
const isNothing = (answer: unknown) =>
  answer === null || answer === undefined || (Array.isArray(answer) && answer.length === 0)
/** Where nodes register again, there is something. */
const isAnyList = (answer: unknown) => isList(answer) || isNothing(answer)
const isAnyRecord = (answer: unknown) => isRecord(answer) || isNothing(answer)

function answer(isGood: (answer: unknown) => boolean, ask: Answer): Row {
  return { kind: 'answer', ask, isGood }
}

function refusal(module: string, code: number, ask: Answer): Row {
  return { kind: 'refusal', ask, error: [module, code] }
}

const telling = (watch: Watch): Row => ({ kind: 'telling', watch })
const waiting = (watch: Watch): Row => ({ kind: 'waiting', watch })
const ELSEWHERE: Row = { kind: 'elsewhere' }
const RUNTIME: Row = { kind: 'absent', why: 'a node has it that runs a runtime' }
const OPERATOR: Row = { kind: 'absent', why: 'it is for the operator, on the socket' }
const REMOVED: Row = { kind: 'absent', why: 'the reference has no such call in 26.1' }

const NO_RUNTIME = new Uint8Array(32)
const ofRuntime = ({ height }: Known) => ({ height, runtime_id: NO_RUNTIME })
const owned = ({ height, owner }: Known) => ({ height, owner })
const escrowed = ({ height, escrow: owner }: Known) => ({ height, owner })
const treeOf = ({ block: { state_root: root } }: Known) => ({ root, position: root.hash })
const STAKING_PREFIX = Uint8Array.of(0x50)

export const calls: Readonly<Record<CallName, Row>> = {
  beaconConsensusParameters: answer(isRecord, (c, k) => c.beaconConsensusParameters(k.height)),
  beaconGetBaseEpoch: answer(isNumber, (c) => c.beaconGetBaseEpoch()),
  beaconGetBeacon: answer(isBytes, (c, k) => c.beaconGetBeacon(k.height)),
  beaconGetEpoch: answer(isNumber, (c, k) => c.beaconGetEpoch(k.height)),
  beaconGetEpochBlock: answer(isNumber, (c) => c.beaconGetEpochBlock(1n)),
  // There is none where it is not yet known when an epoch begins.
  beaconGetFutureEpoch: answer(isAnyRecord, (c, k) => c.beaconGetFutureEpoch(k.height)),
  beaconStateToGenesis: answer(isRecord, (c, k) => c.beaconStateToGenesis(k.height)),
  beaconWaitEpoch: answer(isNothing, (c) => c.beaconWaitEpoch(1n)),
  beaconWatchEpochs: telling((c) => c.beaconWatchEpochs()),
  beaconWatchLatestEpoch: REMOVED,

  schedulerConsensusParameters: answer(isRecord, (c, k) =>
    c.schedulerConsensusParameters(k.height),
  ),
  schedulerGetCommittees: answer(isNothing, (c, k) => c.schedulerGetCommittees(ofRuntime(k))),
  schedulerGetValidators: answer(isList, (c, k) => c.schedulerGetValidators(k.height)),
  schedulerStateToGenesis: answer(isRecord, (c, k) => c.schedulerStateToGenesis(k.height)),
  schedulerWatchCommittees: waiting((c) => c.schedulerWatchCommittees()),

  registryConsensusParameters: answer(isRecord, (c, k) => c.registryConsensusParameters(k.height)),
  registryGetEntities: answer(isList, (c, k) => c.registryGetEntities(k.height)),
  registryGetEntity: answer(isRecord, (c, { height, entity: id }) =>
    c.registryGetEntity({ height, id }),
  ),
  registryGetEvents: answer(isAnyList, (c, k) => c.registryGetEvents(k.height)),
  registryGetNode: answer(isRecord, (c, { height, node: { id } }) =>
    c.registryGetNode({ height, id }),
  ),
  registryGetNodeByConsensusAddress: answer(isRecord, (c, { height, consensusAddress: address }) =>
    c.registryGetNodeByConsensusAddress({ height, address }),
  ),
  registryGetNodeStatus: answer(isRecord, (c, { height, node: { id } }) =>
    c.registryGetNodeStatus({ height, id }),
  ),
  registryGetNodes: answer(isList, (c, k) => c.registryGetNodes(k.height)),
  registryGetRuntime: refusal('registry', 11, (c, { height }) =>
    c.registryGetRuntime({ height, id: NO_RUNTIME, include_suspended: true }),
  ),
  registryGetRuntimes: answer(isNothing, (c, { height }) =>
    c.registryGetRuntimes({ height, include_suspended: true }),
  ),
  registryStateToGenesis: answer(isRecord, (c, k) => c.registryStateToGenesis(k.height)),
  registryWatchEntities: waiting((c) => c.registryWatchEntities()),
  registryWatchEvents: telling((c) => c.registryWatchEvents()),
  registryWatchNodeList: telling((c) => c.registryWatchNodeList()),
  registryWatchNodes: telling((c) => c.registryWatchNodes()),
  registryWatchRuntimes: waiting((c) => c.registryWatchRuntimes()),

  stakingAccount: answer(isRecord, (c, k) => c.stakingAccount(owned(k))),
  stakingAddresses: answer(isList, (c, k) => c.stakingAddresses(k.height)),
  stakingAllowance: answer(isBytes, (c, { height, owner, escrow: beneficiary }) =>
    c.stakingAllowance({ height, owner, beneficiary }),
  ),
  stakingCommissionScheduleAddresses: answer(isNothing, (c, k) =>
    c.stakingCommissionScheduleAddresses(k.height),
  ),
  stakingCommonPool: answer(isBytes, (c, k) => c.stakingCommonPool(k.height)),
  stakingConsensusParameters: answer(isRecord, (c, k) => c.stakingConsensusParameters(k.height)),
  stakingDebondingDelegationInfosFor: answer(isMap, (c, k) =>
    c.stakingDebondingDelegationInfosFor(owned(k)),
  ),
  stakingDebondingDelegationsFor: answer(isMap, (c, k) =>
    c.stakingDebondingDelegationsFor(owned(k)),
  ),
  stakingDebondingDelegationsTo: answer(isMap, (c, k) =>
    c.stakingDebondingDelegationsTo(escrowed(k)),
  ),
  stakingDelegationInfosFor: answer(isMap, (c, k) => c.stakingDelegationInfosFor(owned(k))),
  stakingDelegationsFor: answer(isMap, (c, k) => c.stakingDelegationsFor(owned(k))),
  stakingDelegationsTo: answer(isMap, (c, k) => c.stakingDelegationsTo(escrowed(k))),
  stakingGetEvents: answer(isList, (c, k) => c.stakingGetEvents(k.height)),
  stakingGovernanceDeposits: answer(isBytes, (c, k) => c.stakingGovernanceDeposits(k.height)),
  stakingLastBlockFees: answer(isBytes, (c, k) => c.stakingLastBlockFees(k.height)),
  stakingStateToGenesis: answer(isRecord, (c, k) => c.stakingStateToGenesis(k.height)),
  stakingThreshold: answer(isBytes, (c, { height }) => c.stakingThreshold({ height, kind: 0 })),
  stakingTokenSymbol: answer(isText, (c, k) => c.stakingTokenSymbol(k.height)),
  stakingTokenValueExponent: answer(isNumber, (c, k) => c.stakingTokenValueExponent(k.height)),
  stakingTotalSupply: answer(isBytes, (c, k) => c.stakingTotalSupply(k.height)),
  stakingWatchEvents: ELSEWHERE,

  keyManagerStateToGenesis: answer(isRecord, (c, k) => c.keyManagerStateToGenesis(k.height)),

  rootHashConsensusParameters: answer(isRecord, (c, k) => c.rootHashConsensusParameters(k.height)),
  rootHashGetEvents: answer(isNothing, (c, k) => c.rootHashGetEvents(k.height)),
  rootHashGetGenesisBlock: refusal('roothash', 3, (c, k) =>
    c.rootHashGetGenesisBlock(ofRuntime(k)),
  ),
  rootHashGetIncomingMessageQueue: answer(isNothing, (c, k) =>
    c.rootHashGetIncomingMessageQueue(ofRuntime(k)),
  ),
  rootHashGetIncomingMessageQueueMeta: answer(isEmptyMap, (c, k) =>
    c.rootHashGetIncomingMessageQueueMeta(ofRuntime(k)),
  ),
  rootHashGetLastRoundResults: answer(isEmptyMap, (c, k) =>
    c.rootHashGetLastRoundResults(ofRuntime(k)),
  ),
  rootHashGetLatestBlock: refusal('roothash', 3, (c, k) => c.rootHashGetLatestBlock(ofRuntime(k))),
  rootHashGetPastRoundRoots: answer(isEmptyMap, (c, k) =>
    c.rootHashGetPastRoundRoots(ofRuntime(k)),
  ),
  rootHashGetRoundRoots: answer(isNothing, (c, k) =>
    c.rootHashGetRoundRoots({ ...ofRuntime(k), round: 0n }),
  ),
  rootHashGetRuntimeState: refusal('roothash', 3, (c, k) =>
    c.rootHashGetRuntimeState(ofRuntime(k)),
  ),
  rootHashStateToGenesis: answer(isRecord, (c, k) => c.rootHashStateToGenesis(k.height)),
  rootHashWatchBlocks: waiting((c) => c.rootHashWatchBlocks(NO_RUNTIME)),
  rootHashWatchEvents: waiting((c) => c.rootHashWatchEvents(NO_RUNTIME)),
  rootHashWatchExecutorCommitments: waiting((c) => c.rootHashWatchExecutorCommitments(NO_RUNTIME)),

  governanceActiveProposals: answer(isNothing, (c, k) => c.governanceActiveProposals(k.height)),
  governanceConsensusParameters: answer(isRecord, (c, k) =>
    c.governanceConsensusParameters(k.height),
  ),
  governanceGetEvents: answer(isNothing, (c, k) => c.governanceGetEvents(k.height)),
  governancePendingUpgrades: answer(isNothing, (c, k) => c.governancePendingUpgrades(k.height)),
  governanceProposal: answer(isRecord, (c, { height, proposal: id }) =>
    c.governanceProposal({ height, id }),
  ),
  governanceProposals: answer(isList, (c, k) => c.governanceProposals(k.height)),
  governanceStateToGenesis: answer(isRecord, (c, k) => c.governanceStateToGenesis(k.height)),
  governanceVotes: answer(isList, (c, { height, proposal: id }) =>
    c.governanceVotes({ height, id }),
  ),
  governanceWatchEvents: ELSEWHERE,

  storageGetCheckpointChunk: OPERATOR,
  storageGetCheckpoints: OPERATOR,
  storageGetDiff: OPERATOR,
  storageSyncGet: OPERATOR,
  storageSyncGetPrefixes: OPERATOR,
  storageSyncIterate: OPERATOR,
  storageWorkerGetLastSyncedRound: RUNTIME,
  storageWorkerPauseCheckpointer: OPERATOR,
  runtimeClientCheckTx: RUNTIME,
  runtimeClientGetBlock: RUNTIME,
  runtimeClientGetEvents: RUNTIME,
  runtimeClientGetGenesisBlock: RUNTIME,
  runtimeClientGetLastRetainedBlock: RUNTIME,
  runtimeClientGetTransactions: RUNTIME,
  runtimeClientGetTransactionsWithResults: RUNTIME,
  runtimeClientGetUnconfirmedTransactions: RUNTIME,
  runtimeClientQuery: RUNTIME,
  runtimeClientSubmitTx: RUNTIME,
  runtimeClientSubmitTxMeta: RUNTIME,
  runtimeClientSubmitTxNoWait: RUNTIME,
  runtimeClientWatchBlocks: RUNTIME,

  consensusEstimateGas: answer(isNumber, (c, { publicKey: signer, owner: to }) => {
    const body = { to, amount: Uint8Array.of(1) }
    return c.consensusEstimateGas({
      signer,
      transaction: { nonce: 0n, method: 'staking.Transfer', body },
    })
  }),
  consensusGetBlock: answer(isRecord, (c, k) => c.consensusGetBlock(k.height)),
  consensusGetChainContext: answer(isText, (c) => c.consensusGetChainContext()),
  consensusGetGenesisDocument: answer(isRecord, (c) => c.consensusGetGenesisDocument()),
  consensusGetLastRetainedHeight: answer(isNumber, (c) => c.consensusGetLastRetainedHeight()),
  consensusGetLatestHeight: answer(isNumber, (c) => c.consensusGetLatestHeight()),
  consensusGetLightBlock: answer(isRecord, (c, k) => c.consensusGetLightBlock(k.height)),
  consensusGetNextBlockState: answer(isRecord, (c) => c.consensusGetNextBlockState()),
  consensusGetParameters: answer(isRecord, (c, k) => c.consensusGetParameters(k.height)),
  consensusGetSignerNonce: REMOVED,
  consensusGetStatus: answer(isRecord, (c) => c.consensusGetStatus()),
  consensusGetTransactions: answer(isList, (c, k) => c.consensusGetTransactions(k.height)),
  consensusGetTransactionsWithProofs: answer(isRecord, (c, k) =>
    c.consensusGetTransactionsWithProofs(k.height),
  ),
  consensusGetTransactionsWithResults: answer(isRecord, (c, k) =>
    c.consensusGetTransactionsWithResults(k.height),
  ),
  consensusGetUnconfirmedTransactions: answer(isAnyList, (c) =>
    c.consensusGetUnconfirmedTransactions(),
  ),
  consensusMinGasPrice: answer(isBytes, (c) => c.consensusMinGasPrice()),
  consensusStateToGenesis: answer(isRecord, (c, k) => c.consensusStateToGenesis(k.height)),
  consensusSubmitEvidence: ELSEWHERE,
  consensusSubmitTx: ELSEWHERE,
  consensusSubmitTxNoWait: ELSEWHERE,
  consensusSubmitTxWithProof: ELSEWHERE,
  consensusWatchBlocks: ELSEWHERE,
  consensusStateSyncGet: answer(isRecord, (c, k) =>
    c.consensusStateSyncGet({ tree: treeOf(k), key: STAKING_PREFIX }),
  ),
  consensusStateSyncGetPrefixes: answer(isRecord, (c, k) =>
    c.consensusStateSyncGetPrefixes({ tree: treeOf(k), prefixes: [STAKING_PREFIX], limit: 10 }),
  ),
  consensusStateSyncIterate: answer(isRecord, (c, k) =>
    c.consensusStateSyncIterate({ tree: treeOf(k), key: STAKING_PREFIX, prefetch: 10 }),
  ),

  nodeControllerAddBundle: OPERATOR,
  nodeControllerCancelUpgrade: OPERATOR,
  nodeControllerGetStatus: OPERATOR,
  nodeControllerIsReady: answer(isTrue, (c) => c.nodeControllerIsReady()),
  nodeControllerIsSynced: answer(isTrue, (c) => c.nodeControllerIsSynced()),
  nodeControllerRequestShutdown: OPERATOR,
  nodeControllerUpgradeBinary: OPERATOR,
  nodeControllerWaitReady: answer(isNothing, (c) => c.nodeControllerWaitReady()),
  nodeControllerWaitSync: answer(isNothing, (c) => c.nodeControllerWaitSync()),
  debugControllerSetEpoch: OPERATOR,
  debugControllerWaitNodesRegistered: OPERATOR,
}
