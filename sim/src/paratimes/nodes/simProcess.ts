/** A computer of the simulation: its disk and clock stay, its process comes and goes. */

import { isTold, UnavailableError } from '@wadi/base/errors'
import { createLogger, type Logger, MemoryLog } from '@wadi/base/log'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { zero } from '@wadi/cbor/codec'
import type { ValidatorKeys } from '@wadi/compose/network-keys'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { errors as consensus } from '@wadi/consensus/consensus/errors'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { Submitter } from '@wadi/registration/submitter'
import type { Ask } from '@wadi/workers/chain'
import type { FaultyNode } from '../../run/faults.ts'
import { NodeTime, type VirtualTime } from '../../world/virtualTime.ts'
import type { DrivenChain } from '../chain/drivenChain.ts'
import type { SpellClass } from '../plan/paratimeClasses.ts'
import type { NetLife, NetMember, RuntimeNet } from '../world/runtimeNet.ts'
import { DyingFiles } from './dyingFiles.ts'
import type { ParatimeBug } from './paratimeBug.ts'

/** What every computer is in. */
export interface Surroundings {
  readonly index: number
  readonly keys: ValidatorKeys
  readonly chain: DrivenChain
  readonly net: RuntimeNet
  readonly time: VirtualTime
  readonly random: RandomSource
  readonly skewMs: number
  /** Undefined for who is byzantine. */
  readonly bug: ParatimeBug | undefined
  /** The process cannot go on, or could not begin. Told once for each life. */
  readonly died: (error: unknown) => void
}

/** One life of a process. */
export interface Life {
  readonly time: NodeTime
  readonly ask: Ask
  /** How far it knows the consensus layer. */
  height: bigint
}

const LOG_LINES = 40
const MS_PER_SECOND = 1000
/** How long it takes to get into the mempool. */
const SUBMISSION_MS_MAX = 150
/** A node with a full disk goes on for so long before somebody sees it. */
const FULL_MS = 2000

/** See the top of this file. */
export abstract class SimProcess<P> implements FaultyNode {
  readonly index: number
  files = new DyingFiles()
  readonly log = new MemoryLog(LOG_LINES)
  readonly spells = new Set<SpellClass>()
  costMs = 0
  protected readonly surroundings: Surroundings
  protected readonly rules: SignatureRules
  #life: (Life & { readonly program: P }) | undefined
  #skewMs: number
  #busyUntilMs = 0
  /** A height that the node has not heard of, because it hears of nothing. */
  #withheld = 0n

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
    this.index = surroundings.index
    this.#skewMs = surroundings.skewMs
    this.rules = { forbidden: forbidKeys([]), provider: surroundings.chain.keys.provider }
  }

  /** What runs in a life, before any of it is open. */
  protected abstract prepare(life: Life): P
  /** Opens it all. */
  protected abstract open(life: Life, program: P, member: NetMember): Promise<void>
  /** The consensus layer has come to a height. */
  protected abstract applied(program: P, height: bigint): void
  /** What it does with what it hears and says in the network. */
  protected abstract readonly manners: Pick<NetLife, 'heard' | 'published' | 'reply'>
  abstract readonly isHonest: boolean

  get isAlive(): boolean {
    return this.#life !== undefined
  }

  /** What runs, if the node lives. */
  protected get program(): P | undefined {
    return this.#life?.program
  }

  /** Is it still this life? */
  protected isIn(life: Life): boolean {
    return this.#life?.time === life.time
  }

  /** Starts the process. */
  start(): void {
    const { time, chain, net } = this.surroundings
    const startMs = Number(chain.genesis.network.document.genesisTime.seconds) * MS_PER_SECOND
    const own = new NodeTime(time, startMs, this.#skewMs)
    this.#busyUntilMs = 0
    this.files.kill()
    const bare: Life = {
      time: own,
      height: chain.height,
      ask: ((name: string, question: unknown, signal?: AbortSignal) =>
        this.#ask(life, name, question, signal)) as unknown as Ask,
    }
    const life = Object.assign(bare, { program: this.prepare(bare) })
    this.#life = life
    this.#endWithDisk(life)
    const member = net.join(this.#netLife(life))
    this.open(life, life.program, member).catch((error: unknown) => this.die(life, error))
  }

  /**
   * Who cannot write ends; who has no room goes on for a while. When there is room again somebody
   * starts the process anew: a store that a write has failed in takes no more before it is opened.
   */
  #endWithDisk(life: Life): void {
    this.files.onFailed = (error) => {
      if (!this.files.isFull) life.time.after(0, () => this.die(life, error))
      else
        life.time.after(FULL_MS, () => {
          if (this.files.isFull) this.die(life, error)
          else if (this.isIn(life)) {
            this.kill()
            this.start()
          }
        })
    }
  }

  /** The process is gone, without a word. The disk is not touched. */
  kill(): void {
    if (this.#life === undefined) return
    this.#skewMs = this.#life.time.skewMs
    this.#life.time.end()
    this.#life = undefined
    this.surroundings.net.leave(this.index)
    this.files.onFailed = undefined
  }

  jump(ms: number): void {
    if (this.#life === undefined) this.#skewMs += ms
    else this.#life.time.jump(ms)
  }

  /** The consensus layer has come to a height. */
  hear(height: bigint): void {
    if (this.spells.has('late-blocks')) {
      this.#withheld = height
      return
    }
    this.whenAlive((program, life) => {
      if (height <= life.height) return
      life.height = height
      this.applied(program, height)
    })
  }

  /** A spell is over. */
  recover(spell: SpellClass): void {
    this.spells.delete(spell)
    if (spell === 'late-blocks' && this.#withheld > 0n) this.hear(this.#withheld)
  }

  /** Has the process do something when it gets to it. */
  protected whenAlive(work: (program: P, life: Life) => void): void {
    const life = this.#life
    if (life !== undefined) this.#run(life, () => work(life.program, life))
  }

  protected die(life: Life, error: unknown): void {
    if (this.isIn(life)) this.surroundings.died(error)
  }

  /** Signs for the node. */
  protected get signer(): Signer {
    const { chain, keys } = this.surroundings
    return chain.keys.signer(keys.node.signer)
  }

  protected submitterOf(life: Life): Submitter {
    const { chain, random } = this.surroundings
    return new Submitter({
      ask: life.ask as never,
      chainContext: chain.genesis.network.chainContext,
      config: { gasPrice: 0n, maxFee: 0n },
      world: { clock: life.time, timers: life.time, random, log: this.logger() },
    })
  }

  protected logger(): Logger {
    const { time } = this.surroundings
    return createLogger(`node ${this.index}`, (record) => {
      const at = (time.nowMs / MS_PER_SECOND).toFixed(3)
      this.log.sink({ ...record, fields: { ...record.fields, at } })
    })
  }

  #netLife(life: Life): NetLife {
    return {
      index: this.index,
      key: this.surroundings.keys.p2p.publicKey,
      run: (work) => this.#run(life, work),
      hasRoom: () => !this.spells.has('full-queue'),
      ...this.manners,
    }
  }

  /** Does something when the node gets to it, unless it has ended by then. */
  #run(life: Life, work: () => void): void {
    const { time } = this.surroundings
    const guarded = () => {
      if (!this.isIn(life)) return
      try {
        work()
      } catch (error) {
        this.die(life, error)
      }
    }
    if (this.costMs === 0 && this.#busyUntilMs <= time.nowMs) guarded()
    else {
      this.#busyUntilMs = Math.max(time.nowMs, this.#busyUntilMs) + this.costMs
      life.time.after(this.#busyUntilMs - time.nowMs, guarded)
    }
  }

  /** The consensus layer as this node knows it. */
  async #ask(life: Life, name: string, question: unknown, signal?: AbortSignal): Promise<unknown> {
    if (name === 'Consensus/SubmitTx') return await this.#submit(life, question, signal)
    // That one is asked with an epoch.
    const asked = name === 'Beacon/GetEpochBlock' ? question : atHeight(question, life.height)
    if (name === 'Consensus/GetLightBlock') return { ...zero(LightBlock), height: asked as bigint }
    const { chain, bug } = this.surroundings
    const answer = await chain.answer(name, asked)
    return bug?.changeAnswer?.(name, answer) ?? answer
  }

  async #submit(life: Life, signed: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const { random, chain } = this.surroundings
    const waitMs = 1 + randomBelow(random, SUBMISSION_MS_MAX)
    await new Promise<void>((resolve) => void life.time.after(waitMs, resolve))
    if (this.spells.has('full-mempool'))
      throw new UnavailableError('sim.mempoolFull', 'the mempool is full')
    const asker = signal === undefined ? {} : { signal }
    return await chain.own.api.methods['Consensus/SubmitTx']!.answer(signed as never, asker)
  }

  /** For people: what ended a life. */
  static sentenceOf(error: unknown): string {
    if (isTold(error)) return error.message
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

function atHeight(question: unknown, height: bigint): unknown {
  if (typeof question === 'bigint') return checked(question, height)
  if (typeof question !== 'object' || question === null || !('height' in question)) return question
  return { ...question, height: checked(question.height as bigint, height) }
}

/** Zero is the last height that the node knows of; later ones it does not have. */
function checked(asked: bigint, height: bigint): bigint {
  if (asked > height || height === 0n) throw consensus.versionNotFound()
  return asked === 0n ? height : asked
}
