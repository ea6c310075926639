/** What the consensus layer knows at the height at which a block of a runtime became final. */

import { UnavailableError } from '@wadi/base/errors'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import type { RoundBase } from '@wadi/runtime-executor/round/base'
import { isMember, isSameCommittee } from '@wadi/runtime-protocol/committee'
import type { Ask } from '../chain.ts'

/** As many as there are. */
const NO_LIMIT = 0

/** Members of a committee: they stay the same as long as it does. */
interface KnownMembers {
  readonly committee: Committee
  readonly nodes: readonly Node[]
}

/** Puts together what a round is built upon. */
export class RoundBases {
  readonly #ask: Ask
  readonly #runtimeId: Namespace
  readonly #onState: (state: RuntimeState) => void
  #known: KnownMembers | undefined

  /** `onState` is told what was read. */
  constructor(ask: Ask, runtimeId: Namespace, onState: (state: RuntimeState) => void = () => {}) {
    this.#ask = ask
    this.#runtimeId = runtimeId
    this.#onState = onState
  }

  /** All about the round after a block. */
  async upon({ consensusHeight: height, block }: AnnotatedBlock): Promise<RoundBase> {
    const query = { runtimeId: this.#runtimeId, height }
    const state = await this.#ask('RootHash/GetRuntimeState', query)
    this.#onState(state)
    const { runtime, committee, genesisBlock, lastNormalRound } = state
    if (runtime === undefined || genesisBlock === undefined)
      throw new UnavailableError(
        'workers.noRuntime',
        `the consensus layer does not know the runtime at height ${height}`,
      )
    const [roundResults, inMessages] = await Promise.all([
      this.#ask('RootHash/GetLastRoundResults', query),
      this.#ask('RootHash/GetIncomingMessageQueue', { ...query, offset: 0n, limit: NO_LIMIT }),
    ])
    return {
      header: block.header,
      consensusHeight: height,
      runtime,
      committee,
      nodes: committee === undefined ? [] : await this.#membersOf(committee, height),
      genesisRound: genesisBlock.header.round,
      lastNormalRound,
      roundResults,
      inMessages,
    }
  }

  async #membersOf(committee: Committee, height: bigint): Promise<readonly Node[]> {
    if (this.#known !== undefined && isSameCommittee(this.#known.committee, committee))
      return this.#known.nodes
    const all = await this.#ask('Registry/GetNodes', height)
    const nodes = all.filter(({ id }) => isMember(committee, id))
    this.#known = { committee, nodes }
    return nodes
  }
}
