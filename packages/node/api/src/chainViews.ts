/** The chain as calls see it: looked at from one height, and nothing before it is asked for. */

import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { ApiView, ExecutedBlock } from '@wadi/consensus-services/kernel/api'
import type { Tree } from '@wadi/mkvs/tree'
import { encode } from '@wadi/protobuf/codec'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { ChainSource } from './chainSource.ts'
import { StoredBlock } from './executedBlock.ts'
import { wantedHeight } from './heights.ts'

/** Makes views of a chain. */
export class ChainViews {
  readonly source: ChainSource

  constructor(source: ChainSource) {
    this.source = source
  }

  /** The chain at a height; zero is the last one. What it shows is good until the next turn. */
  at(asked: bigint): ApiView {
    return new View(this, asked)
  }

  /** The state after a block. COMPAT(oasis-core): zero and less are the last one. */
  treeAt(asked: bigint): Tree {
    const { lastHeight } = this.source
    if (lastHeight === 0n) throw consensusErrors.noCommittedBlocks()
    if (asked > lastHeight) throw consensusErrors.versionNotFound()
    return this.source.stateAt(asked <= 0n ? lastHeight : asked)
  }
}

class View implements ApiView {
  readonly block: ExecutedBlock
  readonly #views: ChainViews
  readonly #asked: bigint

  constructor(views: ChainViews, asked: bigint) {
    this.#views = views
    this.#asked = asked
    this.block = new StoredBlock(views.source, asked)
  }

  get genesis(): GenesisDocument {
    return this.#views.source.document
  }

  get chainContext(): string {
    return this.#views.source.chainContext
  }

  get height(): bigint {
    return this.#asked <= 0n ? this.lastHeight : this.#asked
  }

  get lastHeight(): bigint {
    return wantedHeight(this.#views.source, 0n)
  }

  get firstHeight(): bigint {
    const { blocks, document } = this.#views.source
    return blocks.base > document.height ? blocks.base : document.height
  }

  get cometParameters(): Uint8Array {
    const { source } = this.#views
    const height = wantedHeight(source, this.#asked)
    const params = source.states.loadConsensusParams(height)
    if (params === undefined)
      throw consensusErrors.versionNotFound(
        `cometbft: consensus params query failed: could not find consensus params for height #${height}`,
      )
    return encode(ConsensusParams, params)
  }

  get state(): Tree {
    return this.#views.treeAt(this.#asked)
  }

  get tree(): Tree {
    return this.state
  }

  stateAt(height: bigint): Tree {
    return this.#views.treeAt(height)
  }
}
