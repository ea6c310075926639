/** Where the consensus layer of a node is. */

import { zero } from '@wadi/cbor/codec'
import { ZERO_TIME } from '@wadi/cbor/time'
import { calls as beacon } from '@wadi/consensus/beacon/api'
import { BACKEND } from '@wadi/consensus/consensus'
import { FEATURES, Status, StatusState } from '@wadi/consensus/consensus/status'
import { answerOfBlock } from '@wadi/consensus-services/application/answerOfBlock'
import { Hash } from '@wadi/primitives/hash'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { findValidator } from '@wadi/tendermint/validators/validatorSet'
import type { ChainSource } from '../chainSource.ts'
import type { ChainViews } from '../chainViews.ts'
import type { NodeFacts } from '../nodeFacts.ts'
import { askState } from './stateAnswers.ts'

/** Zeros where there is no such block any more, or not yet. */
function hashAt({ blocks }: ChainSource, height: bigint): Hash {
  const meta = height > 0n ? blocks.loadMeta(height) : undefined
  return meta === undefined ? zero(Hash) : Hash.check(meta.blockId.hash)
}

type Latest = Pick<
  Status,
  | 'latestHeight'
  | 'latestHash'
  | 'latestTime'
  | 'latestEpoch'
  | 'latestStateRoot'
  | 'latestBlockSize'
>

function latestOf(views: ChainViews): Latest {
  const { blocks, lastHeight } = views.source
  const last = lastHeight === 0n ? undefined : blocks.loadBlock(lastHeight)
  // Also where the last block is damaged: who asks for the status wants to know what is left.
  if (last === undefined) return { ...zero(Status), latestTime: ZERO_TIME }
  const block = answerOfBlock(last)
  return {
    latestHeight: block.height,
    latestHash: block.hash,
    latestTime: block.time,
    latestEpoch: askState(views.at(0n), beacon, 'Beacon/GetEpoch', block.height),
    latestStateRoot: block.stateRoot,
    latestBlockSize: block.size,
  }
}

/** Will the node vote on the next block? */
function isValidator({ states, lastHeight, document }: ChainSource, facts: NodeFacts): boolean {
  const next = lastHeight === 0n ? document.height : lastHeight + 1n
  const validators = states.loadValidators(next)
  if (validators === undefined) return false
  return findValidator(validators, validatorAddress(facts.identity.consensus)) !== undefined
}

/** What a node says of its consensus layer. */
export function consensusStatus(views: ChainViews, facts: NodeFacts): Status {
  const { source } = views
  const { document, blocks, live } = source
  const lastRetainedHeight = blocks.base > document.height ? blocks.base : document.height
  const { ready, syncing } = StatusState.names
  const kind = live === undefined ? FEATURES.archiveNode : FEATURES.fullNode
  return {
    ...latestOf(views),
    status: live === undefined || live.isSynced ? ready : syncing,
    version: PROTOCOL_VERSIONS.consensusProtocol,
    backend: BACKEND,
    features: FEATURES.services + kind,
    genesisHeight: document.height,
    genesisHash: hashAt(source, document.height),
    lastRetainedHeight,
    lastRetainedHash: hashAt(source, lastRetainedHeight),
    chainContext: source.chainContext,
    isValidator: isValidator(source, facts),
    peers: live && facts.peers?.(),
  }
}
