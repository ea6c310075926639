/**
 * Makes the folder of a node again, up to a height: a new node fetches the blocks of the old one,
 * runs them, and stops where it is to. Nothing of the old folder is changed.
 */

import { UnavailableError } from '@wadi/base/errors'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { InitChainRequest } from '@wadi/contracts/application'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import type { BlockStore } from '@wadi/engine/block-store'
import { BLOCK_SYNC_CHANNEL } from '@wadi/engine/block-sync-channel'
import { DiskBlockStore } from '@wadi/engine/disk-block-store'
import { Engine } from '@wadi/engine/engine'
import { decode, encode } from '@wadi/protobuf/codec'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import type { NodeWorld } from './createNode.ts'
import { genesisOf } from './engineGenesis.ts'
import { OasisApplication } from './oasisApplication.ts'
import { roundConfigOf } from './roundConfig.ts'

/** What is made again. */
export interface ReplayFolderOptions {
  readonly document: GenesisDocument
  readonly dialect: SignatureDialect
  readonly world: Omit<NodeWorld, 'metrics'>
  /** The data folder of a node that does not run. */
  readonly from: string
  /** A data folder that is not there yet. */
  readonly to: string
  /** The last block that is run. */
  readonly height: bigint
  /** Told of every block that has been run. */
  readonly onApplied?: (height: bigint) => void
}

/** Resolves when the new folder is whole and closed. */
export async function replayFolder(options: ReplayFolderOptions): Promise<void> {
  const { document, world, from, height } = options
  const log = world.logger('replay')
  const genesis = genesisOf(document, chainTermsOf(document))
  const chain = genesis.chainId
  const blocks = new DiskBlockStore({
    files: world.files,
    log,
    chain,
    path: `${from}/consensus/blocks`,
  })
  try {
    if (blocks.base > document.height)
      throw refusal(`blocks are kept from ${blocks.base} on; the first one is needed`)
    if (height < document.height || height >= blocks.height)
      throw refusal(`choose a height from ${document.height} to ${blocks.height - 1n}`)
    await runBlocks(options, genesis, blocks)
  } finally {
    blocks.close()
  }
}

function refusal(why: string): UnavailableError {
  return new UnavailableError('replay.height', `the chain cannot be taken back: ${why}`)
}

async function runBlocks(
  options: ReplayFolderOptions,
  genesis: InitChainRequest,
  blocks: BlockStore,
): Promise<void> {
  const { document, dialect, world, to, height, onApplied } = options
  const { files, logger } = world
  const folder = `${to}/consensus`
  files.makeFolder(folder)
  const application = new OasisApplication({ document, files, folder: `${to}/application` })
  const caughtUp = Promise.withResolvers<void>()
  const engine = new Engine({
    world: { ...world, metrics: new MetricsRegistry(), log: logger('replay') },
    folder,
    genesis,
    application,
    dialect,
    config: { rounds: roundConfigOf(document) },
    onApplied: ({ block }) => onApplied?.(block.header.height),
    onCaughtUp: () => caughtUp.resolve(),
    onFatal: (error) => caughtUp.reject(error),
  })
  try {
    const reactor = engine.reactors.find(({ channels }) =>
      channels.some(({ id }) => id === BLOCK_SYNC_CHANNEL),
    )!
    engine.start()
    const { peer, status } = storeAsPeer({ blocks, reactor, height, timers: world.timers })
    reactor.addPeer(peer)
    // As every peer does that has come; the next time it is asked is ten seconds later.
    reactor.receive(peer, BLOCK_SYNC_CHANNEL, encode(BlockSyncMessage, status))
    await caughtUp.promise
  } finally {
    engine.stop()
    application.close()
  }
}

interface PeerParts {
  readonly blocks: BlockStore
  readonly reactor: Reactor
  /** It says that it has one block more: that proves the last one that is wanted. */
  readonly height: bigint
  readonly timers: NodeWorld['timers']
}

/** A peer that has the blocks of a store, and what it says of itself. */
function storeAsPeer({ blocks, reactor, height, timers }: PeerParts): {
  readonly peer: Peer
  readonly status: BlockSyncMessage
} {
  const status = { kind: 'status', body: { base: blocks.base, height: height + 1n } } as const
  const peer: Peer = {
    id: '00'.repeat(20),
    isOutbound: true,
    isPersistent: true,
    channels: new Set([BLOCK_SYNC_CHANNEL]),
    canSend: () => true,
    punish: () => undefined,
    send(channel, message) {
      const answer = answerTo(decode(BlockSyncMessage, message))
      if (answer !== undefined)
        timers.after(0, () => reactor.receive(peer, channel, encode(BlockSyncMessage, answer)))
      return true
    },
  }
  const answerTo = (asked: BlockSyncMessage): BlockSyncMessage | undefined => {
    if (asked.kind === 'status-request') return status
    if (asked.kind !== 'block-request') return undefined
    const block = blocks.loadBlock(asked.body.height)
    return block === undefined
      ? { kind: 'no-block', body: asked.body }
      : { kind: 'block', body: { block } }
  }
  return { peer, status }
}
