/**
 * Engines in lockstep: a few nodes with disks in memory, connected with each other, in one
 * process and under one clock that only moves when the test says so.
 */

import assert from 'node:assert/strict'
import { concatBytes, equalBytes, toHex } from '@wadi/base/bytes'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Timers } from '@wadi/base/timers'
import type { InitChainRequest } from '@wadi/contracts/application'
import type { Offence, Peer, Reactor } from '@wadi/contracts/peers'
import { sha512 } from '@wadi/crypto/hash/sha512'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import { decode } from '@wadi/protobuf/codec'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { DEFAULT_ROUND_CONFIG, type RoundConfig } from '@wadi/tendermint/round/timeouts'
import { testKey, testTime } from '@wadi/tendermint/testing/signedChain'
import {
  DATA_CHANNEL,
  STATE_CHANNEL,
  VOTE_BITS_CHANNEL,
  VOTE_CHANNEL,
} from '../consensus/channels.ts'
import { Engine } from '../engine.ts'
import { FileSigner } from '../signing/fileSigner.ts'
import type { PrivateValidator } from '../signing/privateValidator.ts'
import { MemoryApplication } from './memoryApplication.ts'

/** A signature that anybody can make and check, at the cost of one hash. */
export function standInSignature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sha512(concatBytes(publicKey, message))
}

/** See {@link standInSignature}. */
export const standInDialect: SignatureDialect = {
  name: 'stand-in',
  verify: ({ publicKey, message, signature }) =>
    equalBytes(signature, standInSignature(publicKey, message)),
  verifyAll: (all) => all.map((signed) => standInDialect.verify(signed)),
  prehash: (message) => message,
}

/** How long rounds wait in tests. */
export const TEST_ROUNDS: RoundConfig = {
  ...DEFAULT_ROUND_CONFIG,
  timeoutProposeMs: 600,
  timeoutPrevoteMs: 200,
  timeoutPrecommitMs: 200,
  timeoutCommitMs: 200,
}

const LATENCY_MS = 5
const CONSENSUS_CHANNELS: ReadonlySet<number> = new Set(
  [STATE_CHANNEL, DATA_CHANNEL, VOTE_CHANNEL, VOTE_BITS_CHANNEL].map(({ id }) => id),
)
const LOG_LINES = 60

/** One end of a connection. */
class LinkedEnd implements Peer {
  readonly id: string
  readonly isOutbound = true
  readonly isPersistent = true
  readonly channels: ReadonlySet<number>
  readonly #network: EngineNetwork
  readonly #owner: EngineNode
  readonly #other: EngineNode
  readonly #waiting = new Map<number, number>()
  readonly #full = new Set<number>()
  other!: LinkedEnd
  isOpen = true

  constructor(network: EngineNetwork, owner: EngineNode, other: EngineNode) {
    this.#network = network
    this.#owner = owner
    this.#other = other
    this.id = other.id
    this.channels = new Set(other.reactors.flatMap(({ channels }) => channels.map(({ id }) => id)))
  }

  canSend(channel: number): boolean {
    const found = this.#reactor(this.#owner, channel)?.channels.find(({ id }) => id === channel)
    return this.isOpen && (this.#waiting.get(channel) ?? 0) < (found?.sendQueueMax ?? 0)
  }

  send(channel: number, message: Uint8Array): boolean {
    if (!this.canSend(channel)) {
      this.#full.add(channel)
      return false
    }
    this.#waiting.set(channel, (this.#waiting.get(channel) ?? 0) + 1)
    this.#network.onSent(this.#owner, channel, message)
    this.#network.time.after(LATENCY_MS, () => this.#arrive(channel, message))
    return true
  }

  punish(offence: Offence): void {
    this.#network.onOffence(this.#owner, this.#other, offence)
    if (offence.severity !== 'slow') this.close()
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.other.isOpen = false
    for (const end of [this, this.other])
      this.#network.time.after(0, () => {
        for (const reactor of end.#owner.reactors) reactor.removePeer(end)
      })
  }

  #arrive(channel: number, message: Uint8Array): void {
    this.#waiting.set(channel, this.#waiting.get(channel)! - 1)
    if (!this.isOpen) return
    this.#reactor(this.#other, channel)?.receive(this.other, channel, message.slice())
    if (this.#full.delete(channel)) this.#reactor(this.#owner, channel)?.drained?.(this, channel)
  }

  #reactor(node: EngineNode, channel: number): Reactor | undefined {
    return node.reactors.find(({ channels }) => channels.some(({ id }) => id === channel))
  }
}

/** A computer: its disk and application stay, its engine comes and goes. */
export class EngineNode {
  readonly id: string
  readonly index: number
  readonly files = new MemoryFiles()
  readonly log = new MemoryLog(LOG_LINES)
  readonly application = new MemoryApplication()
  /** Of the engine that was started last. */
  metrics = new MetricsRegistry()
  readonly #network: EngineNetwork
  #engine: Engine | undefined
  #signer: FileSigner | undefined
  /** What stopped the engine. */
  failure: unknown
  ends: LinkedEnd[] = []

  constructor(network: EngineNetwork, index: number) {
    this.#network = network
    this.index = index
    this.id = `node${index}`
  }

  get engine(): Engine | undefined {
    return this.#engine
  }

  get reactors(): readonly Reactor[] {
    return this.#engine?.reactors ?? []
  }

  /** The highest height that it has signed anything of. */
  get signedHeight(): bigint {
    return this.#signer?.lastSignedHeight ?? 0n
  }

  get height(): bigint {
    return this.#engine?.status.chain.lastBlockHeight ?? 0n
  }

  /** Throws what the engine throws when it does not want to begin. */
  start(): void {
    const { time, genesis, options } = this.#network
    this.failure = undefined
    this.metrics = new MetricsRegistry()
    let isAlive = true
    this.#end = () => {
      isAlive = false
    }
    const timers: Timers = { after: (ms, run) => time.after(ms, () => isAlive && run()) }
    const signer = this.#openSigner()
    try {
      this.#engine = new Engine({
        world: {
          clock: time.clock,
          timers,
          random: new SeededRandom(BigInt(this.index)),
          files: this.files,
          log: createLogger(this.id, this.log.sink),
          metrics: this.metrics,
        },
        folder: 'engine',
        genesis,
        application: this.application,
        dialect: standInDialect,
        privateValidator: options.validatorOf?.(this.index, signer, timers) ?? signer,
        config: { rounds: { ...TEST_ROUNDS, ...options.rounds } },
        onFatal: (error) => {
          this.failure = error
          isAlive = false
        },
        onApplied: ({ block, blockId }) =>
          this.#network.onDecided(this, block.header.height, toHex(blockId.hash)),
      })
    } catch (error) {
      signer.close()
      this.files.kill()
      throw error
    }
    this.#engine.start()
    this.#network.connect(this)
  }

  /** Ends in good order. */
  stop(): void {
    this.#engine?.stop()
    this.#signer?.close()
    this.kill()
  }

  /** The process is gone, without a word. */
  kill(): void {
    for (const end of this.ends) end.close()
    this.ends = []
    this.#end()
    this.#engine = undefined
    this.files.kill()
  }

  #end: () => void = () => undefined

  #openSigner(): FileSigner {
    const { publicKey } = testKey(this.index)
    this.#signer = new FileSigner({
      files: this.files,
      folder: 'keys',
      publicKey: PublicKey.check(publicKey),
      dialect: standInDialect,
      sign: (message) => standInSignature(publicKey, message),
    })
    return this.#signer
  }
}

/** What a test may want to be different. */
export interface EngineNetworkOptions {
  readonly chainId?: string
  readonly powers?: readonly bigint[]
  readonly rounds?: Partial<RoundConfig>
  readonly blockBytesMax?: bigint
  /** Puts something in the place of the signer of a node. */
  readonly validatorOf?: (index: number, signer: FileSigner, timers: Timers) => PrivateValidator
}

/** See the top of this file. It fails when two nodes decide differently or one signs twice. */
export class EngineNetwork {
  readonly time = new VirtualTime()
  readonly options: EngineNetworkOptions
  readonly genesis: InitChainRequest
  readonly nodes: readonly EngineNode[]
  readonly offences: { readonly by: string; readonly of: string; readonly offence: Offence }[] = []
  /** Told of every message of consensus that somebody sends. */
  onSaid: (node: EngineNode, said: ConsensusMessage) => void = () => undefined
  /** Told of every message that somebody sends. */
  onAnySaid: (said: { readonly channel: number; readonly message: Uint8Array }) => void = () =>
    undefined
  readonly #decided = new Map<bigint, string>()
  readonly #signed = new Map<string, string>()

  constructor(options: EngineNetworkOptions = {}) {
    const { powers = [1n, 1n, 1n, 1n], blockBytesMax = 1_048_576n } = options
    const { chainId = 'test-chain' } = options
    this.options = options
    this.genesis = {
      time: testTime(0),
      chainId,
      consensusParams: {
        block: { maxBytes: blockBytesMax, maxGas: -1n },
        evidence: undefined,
        pubKeyTypes: undefined,
        appVersion: undefined,
      },
      validators: powers.map((power, i) => ({ publicKey: testKey(i).publicKey, power })),
      appState: new Uint8Array(0),
      initialHeight: 1n,
    }
    this.nodes = powers.map((_, index) => new EngineNode(this, index))
  }

  /** Starts all nodes. */
  start(): void {
    for (const node of this.nodes) node.start()
  }

  /** Ends all nodes that run, so that nothing of them is left. */
  stop(): void {
    for (const node of this.nodes) node.stop()
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.time.advance(ms)
  }

  /** Lets time pass until nodes are at a height. */
  runTo(height: bigint, { nodes = this.nodes, limitMs = 60_000 } = {}): void {
    const endMs = this.time.clock.monotonicMs() + limitMs
    while (nodes.some((node) => node.height < height)) {
      const where = this.nodes.map((node) => `${node.id} ${node.height} ${node.failure ?? ''}`)
      assert.ok(this.time.clock.monotonicMs() < endMs, `height ${height} is reached: ${where}`)
      this.advance(50)
    }
  }

  /** Connects a node with all others that run. */
  connect(node: EngineNode): void {
    for (const other of this.nodes)
      if (other !== node && other.engine !== undefined) this.#link(node, other)
  }

  #link(a: EngineNode, b: EngineNode): void {
    const atA = new LinkedEnd(this, a, b)
    const atB = new LinkedEnd(this, b, a)
    atA.other = atB
    atB.other = atA
    a.ends.push(atA)
    b.ends = [...b.ends.filter(({ isOpen }) => isOpen), atB]
    this.time.after(1, () => {
      if (!atA.isOpen) return
      for (const reactor of a.reactors) reactor.addPeer(atA)
      for (const reactor of b.reactors) reactor.addPeer(atB)
    })
  }

  onOffence(by: EngineNode, of: EngineNode, offence: Offence): void {
    this.offences.push({ by: by.id, of: of.id, offence })
  }

  onDecided({ id }: EngineNode, height: bigint, hash: string): void {
    const known = this.#decided.get(height) ?? hash
    assert.equal(hash, known, `${id} decides at ${height} as the others do`)
    this.#decided.set(height, hash)
  }

  /** Nobody signs two things where it may sign one. */
  onSent(node: EngineNode, channel: number, bytes: Uint8Array): void {
    this.onAnySaid({ channel, message: bytes })
    if (!CONSENSUS_CHANNELS.has(channel)) return
    const { id } = node
    const said = decode(ConsensusMessage, bytes)
    this.onSaid(node, said)
    if (said.kind === 'vote') {
      const { type, height, round, validatorIndex, signature } = said.body.vote
      this.#noteSigned(`${type} ${height}/${round} of ${validatorIndex}`, toHex(signature), id)
    } else if (said.kind === 'proposal') {
      const { height, round, signature } = said.body.proposal
      this.#noteSigned(`proposal ${height}/${round}`, toHex(signature), id)
    }
  }

  #noteSigned(what: string, signature: string, teller: string): void {
    const known = this.#signed.get(what) ?? signature
    assert.equal(signature, known, `${what} is signed once, as ${teller} tells it`)
    this.#signed.set(what, known)
  }
}
