/** An archive: answers about the chain in its folder, and takes part in nothing. */

import { cometChainId, type GenesisDocument } from '@wadi/consensus/genesis/document'
import { DiskBlockStore } from '@wadi/engine/disk-block-store'
import { DiskStateStore } from '@wadi/engine/disk-state-store'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import { OpenTrees } from '@wadi/node-storage/open-trees'
import type { NodeWorld } from './createNode.ts'
import type { NodeProfile } from './nodeAnswers.ts'
import { OasisApplication } from './oasisApplication.ts'
import { archivedAnswers, archivedRuntimes } from './runtimes/archivedRuntimes.ts'
import type { RuntimesConfig } from './runtimes/runtimesConfig.ts'

/** What an archive is made of. */
export interface ArchiveNodeOptions {
  readonly dataDir: string
  readonly world: NodeWorld
  readonly document: GenesisDocument
  readonly profile: NodeProfile
  /** The runtimes that it followed; none unless told otherwise. */
  readonly runtimes?: RuntimesConfig | undefined
  readonly onFatal: (error: unknown) => void
}

/** An archive that is open until it is stopped. */
export interface ArchiveNode {
  readonly chainId: string
  /** Of the last block that is here. */
  readonly height: bigint
  readonly api: NodeApi
  /** Opens what there is of runtimes. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Opens an archive. */
export function createArchiveNode(options: ArchiveNodeOptions): ArchiveNode {
  const { dataDir, world, document, profile, onFatal } = options
  const { files } = world
  let api: NodeApi | undefined
  const methods = () => api?.methods ?? {}
  const runtimes =
    options.runtimes &&
    archivedRuntimes({ config: options.runtimes, world, document, methods, onFatal })
  const log = world.logger('archive')
  const application = new OasisApplication({ document, folder: `${dataDir}/application`, files })
  const { chainContext } = application
  const chain = cometChainId(chainContext)
  const at = (name: string) => ({ files, log, path: `${dataDir}/consensus/${name}`, chain })
  const blocks = new DiskBlockStore(at('blocks'))
  const states = new DiskStateStore(at('state'))
  const opened = new OpenTrees<bigint>((height, arena) => application.stateAt(height, arena))
  const { height } = application.info()
  const source = {
    document,
    chainContext,
    lastHeight: height < blocks.height ? height : blocks.height,
    blocks,
    states,
    stateAt: (asked: bigint) => opened.at(asked),
    live: undefined,
  }
  const { lastHeight } = source
  api = createNodeApi({
    source,
    facts: { ...profile, ...(runtimes && { runtimes: () => runtimes.status }) },
    ...(runtimes && { runtimes: archivedAnswers(runtimes.answers) }),
  })
  return {
    chainId: chain,
    height: lastHeight,
    api,
    start: async () => {
      await runtimes?.start()
      // No block will follow: what they wait for with each happens with this one.
      if (lastHeight > 0n) runtimes?.applied(lastHeight)
    },
    stop: async () => {
      await runtimes?.stop()
      for (const store of [application, blocks, states]) store.close()
    },
  }
}
