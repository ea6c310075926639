/** What a network looks like at a moment: asked of its nodes as anybody could ask them. */

import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import type { Block } from '@wadi/consensus/consensus/block'
import { StatusState } from '@wadi/consensus/consensus/status'
import { millisecondsBetween } from '@wadi/primitives/moment'
import { decode } from '@wadi/protobuf/codec'
import { Commit } from '@wadi/tendermint/types/commit'
import { Header } from '@wadi/tendermint/types/header'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import type { NetworkNode } from './createNetwork.ts'
import type { EnginePlace } from './engine/engineFolders.ts'
import { ANSWER_MS_MAX } from './limits.ts'
import type { NetworkFiles, NodePlace } from './networkFiles.ts'
import { lookAtParatimes, type ParatimeView } from './paratimeViews.ts'

/** A node as it says it is; away if it does not answer. */
export interface NodeView {
  readonly name: string
  readonly isAway: boolean
  readonly isSynced: boolean
  readonly height: bigint
  readonly peers: number
  /** Its votes; 0 for who does not vote. */
  readonly power: bigint
  /** What it does with ParaTimes; undefined for a validator. */
  readonly part: NodePlace['part']
}

/** The last block of the first node that answers. */
export interface BlockView {
  readonly height: bigint
  readonly unixMs: number
  readonly proposer: string
  /** The round in which the block before it was decided. */
  readonly round: number
  readonly transactions: number
}

/** A block, and what there was when it came. */
export interface BlockFacts extends Pick<NetworkView, 'epoch' | 'mempool' | 'paratimes'> {
  readonly block: BlockView
}

/** See the top of this file. */
export interface NetworkView {
  readonly nodes: readonly NodeView[]
  readonly block: BlockView | undefined
  readonly epoch: bigint
  /** Blocks of the epoch that have been decided. */
  readonly epochBlock: bigint
  /** Parts of the votes for the next block, from 0 to 1. */
  readonly prevotes: number
  readonly precommits: number
  readonly mempool: number
  readonly paratimes: readonly ParatimeView[]
}

interface Asked extends NodeView {
  /** By what its blocks are known, … */
  readonly address: string
  /** … and by what its votes are. */
  readonly id: string
  readonly node: NetworkNode
}

const LATEST = 0n
const UNIX_EPOCH = { seconds: 0n, nanoseconds: 0 }
const AWAY = { isAway: true, isSynced: false, height: 0n, peers: 0, power: 0n, address: '', id: '' }

/** What nodes are asked with: nobody waits for long. */
const SOON = { timeoutMs: ANSWER_MS_MAX }

async function askNode(node: NetworkNode): Promise<Asked> {
  const { name, part } = node
  try {
    const { consensus, identity } = await node.client.nodeController.getStatus(undefined, SOON)
    const { ready } = StatusState.names
    return {
      node,
      name,
      part,
      isAway: false,
      isSynced: consensus?.status === ready,
      height: consensus?.latestHeight ?? 0n,
      peers: consensus?.peers?.peers?.length ?? 0,
      power: 0n,
      address: toHex(validatorAddress(identity.consensus)),
      id: toHex(identity.node),
    }
  } catch (error) {
    if (isTold(error)) return { node, name, part, ...AWAY }
    throw error
  }
}

/** Whoever proposes and is no node that can be asked. */
export type SilentValidator = Pick<EnginePlace, 'name' | 'validator'>

/** What else is looked at than nodes. */
export interface LookOptions {
  readonly silent?: readonly SilentValidator[]
  readonly paratimes?: readonly KnownParatime[]
}

/** Looks at a network. */
export async function lookAt(
  nodes: readonly NetworkNode[],
  { silent = [], paratimes = [] }: LookOptions = {},
): Promise<NetworkView> {
  const asked = await Promise.all(nodes.map(askNode))
  const first = asked.find(({ isAway, height }) => !isAway && height > 0n)
  const views = asked.map(({ node: _, address: __, id: ___, ...view }) => view)
  if (first === undefined) return { nodes: views, ...NOTHING }
  try {
    const nameOf = (id: string) => asked.find((one) => one.id === id)?.name ?? id
    const [view, seen] = await Promise.all([
      lookThrough(first.node, asked),
      lookAtParatimes(first.node, { paratimes, height: LATEST, nameOf }),
    ])
    return { ...view, block: view.block && namedBlock(view.block, silent), paratimes: seen }
  } catch (error) {
    // It was there a moment ago.
    if (isTold(error)) return { nodes: views, ...NOTHING }
    throw error
  }
}

function namedBlock(block: BlockView, silent: readonly SilentValidator[]): BlockView {
  const proposer = silent.find(({ validator }) => validator === block.proposer)?.name
  return proposer === undefined ? block : { ...block, proposer }
}

const NOTHING = {
  block: undefined,
  epoch: 0n,
  epochBlock: 0n,
  prevotes: 0,
  precommits: 0,
  mempool: 0,
  paratimes: [],
}

function blockView(
  { height, meta }: Block,
  transactions: number,
  nameOf: (validator: string) => string | undefined,
): BlockView {
  const header = decode(Header, meta.header)
  const proposer = toHex(header.proposerAddress)
  return {
    height,
    unixMs: millisecondsBetween(UNIX_EPOCH, header.time),
    proposer: nameOf(proposer) ?? proposer,
    round: decode(Commit, meta.lastCommit).round,
    // The last one is the proposer's: it says what the state was.
    transactions: Math.max(0, transactions - 1),
  }
}

/** The block of a height, as a node has it. */
export async function readBlock(
  { client: { consensus } }: NetworkNode,
  height: bigint,
  owners: NetworkFiles['owners'],
): Promise<BlockView> {
  const nameOf = (address: string) => owners.find((o) => o.validator === address)?.name
  const [block, transactions] = await Promise.all([
    consensus.getBlock(height, SOON),
    consensus.getTransactions(height, SOON),
  ])
  return blockView(block, transactions.length, nameOf)
}

/** All that is told of the block of a height. */
export async function readBlockFacts(
  node: NetworkNode,
  height: bigint,
  { owners, paratimes }: Pick<NetworkFiles, 'owners' | 'paratimes'>,
): Promise<BlockFacts> {
  const { beacon, consensus } = node.client
  const nameOf = (id: string) => owners.find((owner) => owner.id === id)?.name ?? id
  const [block, epoch, waiting, seen] = await Promise.all([
    readBlock(node, height, owners),
    beacon.getEpoch(height, SOON),
    consensus.getUnconfirmedTransactions(undefined, SOON),
    lookAtParatimes(node, { paratimes, height, nameOf }),
  ])
  return { block, epoch, mempool: waiting.length, paratimes: seen }
}

async function lookThrough(
  { client }: NetworkNode,
  asked: readonly Asked[],
): Promise<Omit<NetworkView, 'paratimes'>> {
  const { consensus, beacon, scheduler } = client
  const block = await consensus.getBlock(LATEST, SOON)
  const { height } = block
  const nameOf = (address: string) => asked.find((one) => one.address === address)?.name
  const [epoch, transactions, mempool, validators, next] = await Promise.all([
    beacon.getEpoch(height, SOON),
    consensus.getTransactions(height, SOON),
    consensus.getUnconfirmedTransactions(undefined, SOON),
    scheduler.getValidators(height, SOON),
    consensus.getNextBlockState(undefined, SOON).catch(() => undefined),
  ])
  const begun = await beacon.getEpochBlock(epoch, SOON)
  const powers = new Map(validators.map(({ id, votingPower }) => [toHex(id), votingPower]))
  return {
    nodes: asked.map(({ node: _, address: __, id, ...view }) => {
      return { ...view, power: powers.get(id) ?? 0n }
    }),
    block: blockView(block, transactions.length, nameOf),
    epoch,
    epochBlock: height - begun,
    prevotes: next?.prevotes.ratio ?? 0,
    precommits: next?.precommits.ratio ?? 0,
    mempool: mempool.length,
  }
}
