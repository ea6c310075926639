/** A recorded chain as an engine sees it: every block has to follow from those before it. */

import assert from 'node:assert/strict'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { blockIdOf, blockOfParts, partSetOf } from '@wadi/tendermint/blocks/parts'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { checkBlock } from '@wadi/tendermint/chainState/checkBlock'
import { genesisState, initialState } from '@wadi/tendermint/chainState/genesisState'
import { makeBlock } from '@wadi/tendermint/chainState/makeBlock'
import { nextState } from '@wadi/tendermint/chainState/nextState'
import { verifyCommit, verifyCommitLight } from '@wadi/tendermint/commits/verifyCommit'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { Block } from '@wadi/tendermint/types/block'
import { type BlockId, equalBlockIds } from '@wadi/tendermint/types/blockId'
import { Commit } from '@wadi/tendermint/types/commit'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import { rotated } from '@wadi/tendermint/validators/priorities'
import { bytesOfBase64, type RecordedBlock, type RecordedTxResult } from '../records.ts'
import { chainOf, type RecordedChain } from '../replay/replayChain.ts'
import { type RecordedHeight, verifyEvidence } from './verifyEvidence.ts'

/** The state of a recorded chain before its first block. */
export function startOf({ document }: RecordedChain, first: Block): ChainState {
  const { isDebug, signatures } = chainOf(document)
  const genesis = genesisOf(document, { isDebug, signatures })
  return initialState(genesisState(genesis), {
    consensusParams: genesis.consensusParams,
    validators: [],
    // What the application makes of a genesis document is compared when the chain is replayed.
    appHash: first.header.appHash,
  })
}

/** The value of recorded bytes, which are written again as they were. */
function reencoded<T>(schema: Schema<T>, text: string): T {
  const bytes = bytesOfBase64(text)
  const value = decode(schema, bytes)
  assert.equal(toHex(encode(schema, value)), toHex(bytes), 'written again')
  return value
}

function resultOf({ code = 0, data = '', gas_wanted = 0, gas_used = 0 }: RecordedTxResult) {
  return {
    code,
    data: bytesOfBase64(data),
    gasWanted: BigInt(gas_wanted),
    gasUsed: BigInt(gas_used),
  }
}

/** The state after a recorded block. */
export function followed(chain: ChainState, record: RecordedBlock, block: Block, blockId: BlockId) {
  const updates = record.validator_updates ?? []
  const params = record.consensus_param_updates
  return nextState(chain, {
    blockId,
    header: block.header,
    results: (record.tx_results ?? []).map(resultOf),
    validatorUpdates: updates.map(({ pub_key, power = 0 }) => ({
      publicKey: bytesOfBase64(pub_key),
      power: BigInt(power),
    })),
    consensusParamUpdates:
      params === undefined ? undefined : reencoded(ConsensusParamUpdates, params),
    appHash: parseHex(record.state_root),
  })
}

/** Who proposes in the round in which a block was decided. */
function proposerOf({ validators }: ChainState, round: number): Uint8Array {
  const set = round === 0 ? validators : rotated(validators, round)
  return set.proposer?.address ?? EMPTY_BYTES
}

function verifyBlock(chain: ChainState, record: RecordedBlock): ChainState {
  const block = reencoded(Block, record.block)
  const { header, transactions, evidence, lastCommit } = block
  const parts = partSetOf(block)
  const blockId = blockIdOf(block, parts)
  assert.equal(toHex(blockId.hash), record.block_hash.toLowerCase(), 'header hash')
  assert.deepEqual(blockOfParts(parts.parts), block, 'parts')

  checkBlock(oasisDialect, chain, block)
  assert.ok(lastCommit !== undefined)
  const { proposerAddress } = header
  const made = makeBlock(chain, { transactions, evidence, lastCommit, proposerAddress })
  assert.deepEqual(made, block, 'made again')

  assert.ok(record.seen_commit !== undefined, 'seen commit')
  const seenCommit = reencoded(Commit, record.seen_commit)
  // Of the same block as the next one's last commit: that is checked with the next block.
  assert.ok(equalBlockIds(seenCommit.blockId, blockId), 'block id')
  const { chainId, validators } = chain
  const claim = { chainId, validators, blockId, height: header.height }
  verifyCommit(oasisDialect, claim, seenCommit)
  verifyCommitLight(oasisDialect, claim, seenCommit)
  assert.equal(toHex(proposerOf(chain, seenCommit.round)), toHex(proposerAddress), 'proposer')
  return followed(chain, record, block, blockId)
}

/** Verifies every block of a chain; gives their heights. */
export function* verifyChain(recorded: RecordedChain): Generator<bigint> {
  let chain: ChainState | undefined
  const heights = new Map<bigint, RecordedHeight>()
  for (const record of recorded.blocks) {
    const block = decode(Block, bytesOfBase64(record.block))
    const before: ChainState = chain ?? startOf(recorded, block)
    for (const piece of block.evidence) verifyEvidence(before.chainId, heights, piece)
    chain = verifyBlock(before, record)
    const { lastBlockHeight, lastBlockTime: time } = chain
    heights.set(lastBlockHeight, { validators: before.validators, time })
    yield lastBlockHeight
  }
}
