/**
 * The consensus layer below simulated ParaTimes: the services' own rules, block by block, as one
 * chain that everybody has; each node knows it up to a height of its own. That the layer itself
 * bears faults, the networks of the plain simulation show.
 */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { OwnChain } from '@wadi/compose/testing/own-chain'
import type { Status } from '@wadi/consensus/keymanager'
import * as keyManagerKeys from '@wadi/consensus/keymanager/keys'
import { RoundResults, type RuntimeState } from '@wadi/consensus/roothash'
import type { Event as RoothashEvent } from '@wadi/consensus/roothash/events'
import * as roothashKeys from '@wadi/consensus/roothash/keys'
import type { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { calls as stakingCalls } from '@wadi/consensus/staking/api'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { read, readExisting, valuesOf } from '@wadi/consensus-services/kernel/state'
import { services } from '@wadi/consensus-services/services'
import type { AnswerOf } from '@wadi/contracts/ask'
import { Arena } from '@wadi/mkvs/arena'
import type { ReadableState } from '@wadi/mkvs/state'
import { type Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { StandInKeys } from '../../signatures/standInKeys.ts'
import type { ParatimeGenesis } from './paratimeGenesis.ts'

type StakingEvent = AnswerOf<typeof stakingCalls, 'Staking/GetEvents'>[number]

/** What a block did to ParaTimes. */
export interface SeenBlock {
  readonly height: bigint
  readonly epoch: bigint
  /** By number of the ParaTime: where it stood before, and where it stands. */
  readonly states: readonly { readonly before: RuntimeState; readonly after: RuntimeState }[]
  /** By number of the ParaTime: results of the last normal round. */
  readonly results: readonly { readonly before: RoundResults; readonly after: RoundResults }[]
  /** By number of the ParaTime: messages that wait for it. */
  readonly queues: readonly (readonly IncomingMessage[])[]
  /** By number of the ParaTime: what it has for itself. */
  readonly balances: readonly bigint[]
  readonly roothash: readonly RoothashEvent[]
  readonly staking: readonly StakingEvent[]
}

/** Calls whose answers depend on their questions alone, each of which names a height. */
const SHARED: ReadonlySet<string> = new Set([
  'RootHash/GetRuntimeState',
  'RootHash/GetLastRoundResults',
  'RootHash/GetIncomingMessageQueue',
  'RootHash/GetEvents',
  'Registry/GetNodes',
  'Beacon/GetEpoch',
  'Beacon/GetFutureEpoch',
])
const ANSWERS_MAX = 2000

function keyOf(name: string, question: unknown): string {
  const shown = (_: string, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? toHex(value) : value
  return `${name} ${JSON.stringify(question, shown)}`
}

/** See the top of this file. */
export class DrivenChain {
  readonly genesis: ParatimeGenesis
  readonly keys = new StandInKeys()
  readonly own: OwnChain
  #states: readonly RuntimeState[] = []
  #results: readonly RoundResults[] = []
  #epoch = 0n
  readonly #answers = new Map<string, { readonly answer: unknown }>()

  constructor(genesis: ParatimeGenesis) {
    this.genesis = genesis
    const { network } = genesis
    const { signer } = network.validators[0]!.consensus
    const choices = { isDebug: true, ed25519: this.keys.provider }
    this.own = new OwnChain(network, { ...choices, signer: this.keys.signer(signer) })
    this.own.isSynced = true
  }

  get height(): bigint {
    return this.own.height
  }

  /** That of the last block. */
  get epoch(): bigint {
    return this.#epoch
  }

  /** Makes a block of everything that waits. */
  async pass(): Promise<SeenBlock> {
    const [before, resultsBefore] = [this.#states, this.#results]
    await this.own.pass()
    const { height } = this.own
    const { ids } = this.genesis
    this.#states = ids.map((id) => readExisting(this.state, roothashKeys.runtimeStates, id))
    const states = this.#states.map((after, i) => ({ before: before[i] ?? after, after }))
    this.#results = ids.map(
      (id) => read(this.state, roothashKeys.lastRoundResults, id) ?? make(RoundResults, {}),
    )
    const results = this.#results.map((after, i) => ({ before: resultsBefore[i] ?? after, after }))
    const queues = ids.map((id) => this.#queueOf(id))
    const balances = ids.map((id) => this.balanceOf(runtimeAddress(id)))
    const { methods } = this.own.api
    const [roothash, staking, epoch] = await Promise.all([
      methods['RootHash/GetEvents']!.answer(height, {}),
      methods['Staking/GetEvents']!.answer(height, {}),
      methods['Beacon/GetEpoch']!.answer(height, {}),
    ])
    this.#epoch = epoch as bigint
    return { height, epoch, states, results, queues, balances, roothash, staking } as SeenBlock
  }

  /**
   * What the API answers about a height. PERF: all nodes ask the same, and what was true at a
   * height stays so: a seed takes about two thirds of the time.
   */
  async answer(name: string, question: unknown): Promise<unknown> {
    const method = this.own.api.methods[name]
    assert(method !== undefined, `nobody answers ${name}`)
    const key = keyOf(name, question)
    const known = this.#answers.get(key)
    if (known !== undefined) return known.answer
    const answer: unknown = await method.answer(question as never, {})
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear()
    if (SHARED.has(name)) this.#answers.set(key, { answer })
    return answer
  }

  /** After the last block. */
  get state(): ReadableState {
    const { state } = this.own
    assert(state !== undefined, 'the chain has begun')
    return state
  }

  /** Where a ParaTime stands. */
  runtime(paratime: number): RuntimeState {
    return this.#states[paratime]!
  }

  /** The state before a block, opened when somebody reads it. */
  stateBefore(height: bigint): ReadableState {
    let tree: ReadableState | undefined
    const open = () => {
      tree ??= this.own.stateAt(height - 1n, new Arena())
      return tree
    }
    return { get: (key) => open().get(key), cursor: () => open().cursor() }
  }

  /** PERF: most of the time there is nothing to look through. */
  #queueOf(id: Namespace): readonly IncomingMessage[] {
    const meta = read(this.state, roothashKeys.incomingQueueMetas, id)
    if (meta === undefined || meta.size === 0) return []
    return Array.from(valuesOf(this.state, roothashKeys.incomingMessages, id))
  }

  /** The next number of an account's transactions. */
  nonceOf(address: Address): bigint {
    return read(this.state, stakingKeys.accounts, address)?.general.nonce ?? 0n
  }

  /** What the consensus layer knows of the key manager. */
  get keyStatus(): Status | undefined {
    return read(this.state, keyManagerKeys.statuses, this.genesis.keyManagerId)
  }

  /** What the consensus layer says that an account has for itself. */
  balanceOf(address: Address): bigint {
    return read(this.state, stakingKeys.accounts, address)?.general.balance ?? 0n
  }

  /** What is left of an executor's stake. */
  stakeOf(executor: number): bigint {
    const address = this.addressOf(executor)
    return read(this.state, stakingKeys.accounts, address)?.escrow.active.balance ?? 0n
  }

  /** The account of the entity behind an executor. */
  addressOf(executor: number): Address {
    return stakingAddress(this.genesis.executors[executor]!.entity.publicKey)
  }

  /** Which executor an account stands behind; undefined if none. */
  executorAt(address: Address): number | undefined {
    const text = toHex(address)
    const found = this.genesis.executors.findIndex((_, i) => toHex(this.addressOf(i)) === text)
    return found < 0 ? undefined : found
  }

  supply(): bigint {
    return readExisting(this.state, stakingKeys.totalSupply)
  }

  /** What every service finds wrong with its state. */
  *violations(): Generator<string> {
    for (const { name, violations } of services)
      for (const { invariant, details } of violations(this.state))
        yield `${name}: ${invariant}: ${details}`
  }
}
