/**
 * The state root is what executing the round's inputs gives, once more and elsewhere, with the
 * messages that waited; the inputs are those that the scheduler has signed; no transaction is
 * executed twice.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { LightBlock } from '@wadi/consensus/consensus/block'
import type { Header } from '@wadi/consensus/roothash/block'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { compareVersions } from '@wadi/primitives/version'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import { activeDeployment } from '@wadi/runtime-protocol/deployments'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { readTransactions, type Transaction } from '@wadi/runtime-protocol/transactions/readIoTree'
import { contextOf } from '../nodes/directHost.ts'
import type {
  EndedRound,
  ExecutedRound,
  ParatimeChecker,
  ParatimeWorld,
} from './paratimeChecker.ts'

/** A ParaTime as it is when everybody does what he should. */
export class Reference {
  readonly #world: ParatimeWorld
  readonly #paratime: number
  readonly #versions: readonly Runtime[]
  readonly #arena = new Arena()
  readonly state: Tree
  /** Rounds whose inputs nobody has yet, oldest first. */
  readonly #waiting: EndedRound[] = []
  /** In which round a transaction was. */
  readonly rounds = new Map<string, bigint>()
  readonly #onExecuted: (executed: ExecutedRound) => void
  #isBroken = false

  constructor(
    world: ParatimeWorld,
    paratime: number,
    versions: readonly Runtime[],
    onExecuted: (executed: ExecutedRound) => void,
  ) {
    this.#world = world
    this.#paratime = paratime
    this.#versions = versions
    this.#onExecuted = onExecuted
    const namespace = world.chain.genesis.ids[paratime]!
    this.state = createTree(this.#arena, { namespace, type: ROOT_TYPE_STATE })
  }

  /** For questions, which all versions answer alike. */
  get runtime(): Runtime {
    return this.#versions[0]!
  }

  /** The version that was due when a round was built. */
  #versionOf({ before, epoch }: EndedRound): Runtime {
    const due = activeDeployment(before.runtime!, epoch)?.version
    const found = this.#versions.find(
      ({ version }) => due !== undefined && compareVersions(version, due) === 0,
    )
    assert(found !== undefined, 'there is a program of each version')
    return found
  }

  /** Does nobody have that round's inputs yet? */
  isBehind(round: bigint): boolean {
    const next = this.#waiting[0]
    return this.#isBroken || (next !== undefined && next.header.round <= round)
  }

  ended(round: EndedRound): void {
    if (round.header.headerType === HEADER_TYPES.normal) this.#waiting.push(round)
  }

  /** A node has the trees of a round. */
  synced(node: number, { round }: Header): void {
    while (!this.#isBroken) {
      const next = this.#waiting[0]
      if (next === undefined || next.header.round > round) return
      const io = this.#world.worker(node, this.#paratime)?.store
      if (io === undefined || !io.hasRound(next.header)) return
      this.#waiting.shift()
      const transactions = readTransactions(io.ioOf(next.header))
      this.#execute(
        next,
        transactions.toSorted((a, b) => a.batchOrder - b.batchOrder),
      )
    }
  }

  #execute(ended: EndedRound, transactions: readonly Transaction[]): void {
    const { header, before, epoch, resultsBefore, waiting } = ended
    const base = before.lastBlock!.header
    const { genesis } = this.#world.chain
    const options = {
      id: genesis.ids[this.#paratime]!,
      chainContext: genesis.network.chainContext,
      stateBefore: (height: bigint) => this.#world.chain.stateBefore(height),
    }
    const consensusBlock = { ...zero(LightBlock), height: before.lastBlockHeight }
    const { maxMessages } = before.runtime!.executor
    const context = contextOf(options, base, { consensusBlock, epoch, maxMessages })
    const inputs = transactions.map(({ input }) => input)
    try {
      const batch = {
        mode: 'execute',
        inputs,
        inMessages: waiting,
        roundResults: resultsBefore,
      } as const
      const outcome = this.#versionOf(ended).execute(context, this.state, batch)
      const trees = { arena: this.#arena, state: this.state }
      const roundBase = { header: base, inMessages: waiting, inputRoot: undefined }
      const { batch: made } = computeResults(trees, roundBase, outcome)
      const { ioRoot, stateRoot, messagesHash, inMsgsHash } = made.header
      if (!equalBytes(stateRoot!, header.stateRoot)) this.#fail(header, 'another state')
      if (!equalBytes(ioRoot!, header.ioRoot)) this.#fail(header, 'other outputs')
      if (!equalBytes(messagesHash!, header.messagesHash)) this.#fail(header, 'other messages')
      if (!equalBytes(inMsgsHash!, header.inMsgsHash)) this.#fail(header, 'other messages taken')
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#fail(header, error.message)
    }
    this.#count(header, inputs)
    if (!this.#isBroken) this.#onExecuted({ ended, transactions })
  }

  #count({ round }: Header, inputs: readonly Uint8Array[]): void {
    for (const input of inputs) {
      const hash = toHex(hashOfTransaction(input))
      const known = this.rounds.get(hash)
      if (known !== undefined)
        this.#world.report('execution', `a transaction is in rounds ${known} and ${round}`)
      this.rounds.set(hash, round)
    }
  }

  #fail({ round }: Header, what: string): void {
    this.#isBroken = true
    this.#world.report(
      'execution',
      `paratime ${this.#paratime}, round ${round}: executing its inputs gives ${what}`,
    )
  }
}

/** See the top of this file. */
export function createExecution(references: readonly Reference[]): ParatimeChecker {
  return {
    name: 'execution',
    onRound: (ended) => references[ended.paratime]!.ended(ended),
    onSynced: (node, paratime, header) => references[paratime]!.synced(node, header),
  }
}
