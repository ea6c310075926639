/** Replays a recorded chain through the engine's contract, and compares in the engine's words. */

import { EMPTY_BYTES, toBase64, toHex } from '@wadi/base/bytes'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { OasisApplication } from '@wadi/compose/oasis-application'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { createUpgrader } from '@wadi/consensus-services/upgrader'
import type {
  BlockContext,
  ConsensusParamUpdates,
  Event,
  TxResult,
  ValidatorUpdate,
} from '@wadi/contracts/application'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { encode } from '@wadi/protobuf/codec'
import { ConsensusParamUpdates as ParamUpdates } from '@wadi/tendermint/types/consensusParams'
import {
  blockOfRecord,
  type RecordedBlock,
  type RecordedEvent,
  type RecordedTxResult,
  type RecordedValidatorUpdate,
} from '../records.ts'
import { replayedBlock } from './recordedHeader.ts'
import type { RecordedChain } from './replayChain.ts'

/** What a block did, as far as an engine sees it: once as recorded, once here. */
export interface ToldBlock {
  readonly height: bigint
  readonly recorded: Told
  readonly ours: Told
}

/** Events, results and hashes as plain values. */
export interface Told {
  /** Of the state before the block. */
  readonly headerAppHash: string
  readonly isGoodProposal: boolean
  readonly begin: readonly RecordedEvent[]
  readonly results: readonly Required<Omit<RecordedTxResult, 'log'>>[]
  readonly end: readonly RecordedEvent[]
  /** Base64 of keys, and powers, in the order of the keys. */
  readonly validatorUpdates: readonly (readonly [key: string, power: number])[]
  readonly consensusParamUpdates: string
  readonly appHash: string
}

function recordedTold(record: RecordedBlock): Told {
  const { header } = blockOfRecord(record)
  return {
    headerAppHash: toHex(header.appHash),
    isGoodProposal: true,
    begin: record.begin_events ?? [],
    results: (record.tx_results ?? []).map(({ log: _, ...result }) => ({
      code: 0,
      codespace: '',
      data: '',
      gas_wanted: 0,
      gas_used: 0,
      ...result,
      events: result.events ?? [],
    })),
    end: record.end_events ?? [],
    validatorUpdates: sorted((record.validator_updates ?? []).map(recordedUpdate)),
    consensusParamUpdates: record.consensus_param_updates ?? '',
    appHash: record.state_root.toLowerCase(),
  }
}

function recordedUpdate({ pub_key: key, power = 0 }: RecordedValidatorUpdate) {
  return [key, power] as const
}

function sorted(updates: readonly (readonly [key: string, power: number])[]) {
  return updates.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function toldEvent({ type, attributes }: Event): RecordedEvent {
  return { type, attrs: attributes.map(({ key, value }) => [key, value]) }
}

function toldResult(result: TxResult) {
  const { code, codespace, data, gasWanted, gasUsed, events } = result
  return {
    code,
    codespace,
    data: toBase64(data),
    gas_wanted: Number(gasWanted),
    gas_used: Number(gasUsed),
    events: events.map(toldEvent),
  }
}

function toldUpdates(updates: readonly ValidatorUpdate[]) {
  return sorted(updates.map(({ publicKey, power }) => [toBase64(publicKey), Number(power)]))
}

function toldParams(updates: ConsensusParamUpdates | undefined): string {
  return updates === undefined ? '' : toBase64(encode(ParamUpdates, updates))
}

function contextOf(record: RecordedBlock): BlockContext {
  const { hash, height, time, nextValidatorsHash, proposer, ...block } = replayedBlock(record)
  return {
    hash,
    height,
    time,
    nextValidatorsHash,
    proposerAddress: proposer,
    lastCommitRound: blockOfRecord(record).lastCommit?.round ?? 0,
    // Powers are for other applications.
    lastCommit: block.lastCommit.map(({ validator, hasSigned }) => {
      return { address: validator, power: 0n, hasSigned }
    }),
    misbehavior: block.misbehaviour.map(({ validator, ...one }) => {
      return { ...one, address: validator, power: 0n, totalVotingPower: 0n }
    }),
  }
}

/** Every second block is checked as a proposal first, as on a node that is there in time. */
function isProposed(height: bigint): boolean {
  return height % 2n === 0n
}

/** Replays a chain from its beginning over a state in memory. */
export function* replayContract({ document, blocks }: RecordedChain): Generator<ToldBlock> {
  // The nodes were restarted where an upgrade wanted it, or there would be nothing to replay.
  const upgrader = createUpgrader({ restarts: 'assumed' })
  const application = new OasisApplication({
    document,
    folder: 'replayed',
    files: new MemoryFiles(),
    upgrader,
    durability: 'buffered',
    checkpoints: 'none',
  })
  let { appHash } = application.initChain(genesisOf(document, chainTermsOf(document)))
  for (const record of blocks) {
    const context = contextOf(record)
    const { transactions } = replayedBlock(record)
    const headerAppHash = toHex(appHash)
    const isGoodProposal =
      !isProposed(context.height) || application.processProposal(context, transactions)
    const begin = application.beginBlock({ ...context, header: EMPTY_BYTES, transactions })
    const results = transactions.map((raw) => application.deliverTx(raw))
    const end = application.endBlock()
    ;({ appHash } = application.commit())
    yield {
      height: context.height,
      recorded: recordedTold(record),
      ours: {
        headerAppHash,
        isGoodProposal,
        begin: begin.map(toldEvent),
        results: results.map(toldResult),
        end: end.events.map(toldEvent),
        validatorUpdates: toldUpdates(end.validatorUpdates),
        consensusParamUpdates: toldParams(end.consensusParamUpdates),
        appHash: toHex(appHash),
      },
    }
  }
}
