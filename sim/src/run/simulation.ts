/** Runs one plan, and lets the checkers look. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { LogRecord } from '@wadi/base/log'
import type { Offence } from '@wadi/contracts/peers'
import type { Behaviour, Pact } from '../byzantine/behaviour.ts'
import { createBehaviour } from '../byzantine/behaviours.ts'
import { createKvstoreChain } from '../chains/kvstoreChain.ts'
import { createOasisChain } from '../chains/oasisChain.ts'
import type { OpenedApplication, SimChain } from '../chains/simChain.ts'
import { createCheckers } from '../checkers/allCheckers.ts'
import type { Checker, World } from '../checkers/checker.ts'
import type { Bug } from '../nodes/bug.ts'
import type { AppliedBlock } from '../nodes/engineTypes.ts'
import { openHonestKey, openRecklessKey } from '../nodes/keys.ts'
import { SIM_ROUND_CONFIG, SimNode } from '../nodes/simNode.ts'
import type { FaultClass } from '../plan/faultClasses.ts'
import type { Plan } from '../plan/plan.ts'
import { randomFor } from '../plan/randomFor.ts'
import { type Delivery, type NetworkNode, SimNetwork } from '../world/network.ts'
import { Skies } from '../world/skies.ts'
import { type NodeTime, VirtualTime } from '../world/virtualTime.ts'
import { Digest } from './digest.ts'
import { Faults } from './faults.ts'

export interface SimulationOptions {
  readonly plan: Plan
  readonly application: 'oasis' | 'kvstore'
  readonly signatures: 'stand-in' | 'real'
  readonly bug?: Bug | undefined
  /** How nodes get messages: if one wrote to those of others, runs of a seed would differ. */
  readonly messages?: 'copied' | 'shared'
  /** Others who want to watch. */
  readonly watch?: (world: World) => Checker
}

/** Something that a checker found. */
export interface Finding {
  readonly checker: string
  readonly why: string
  readonly atMs: number
}

export interface Outcome {
  /** What must not be; empty if all is well. */
  readonly violations: readonly Finding[]
  /** What may be where too many are byzantine: forks, above all. */
  readonly tolerated: readonly Finding[]
  readonly simulatedMs: number
  /** Of the core, the lowest. */
  readonly height: bigint
  /** Blocks that nodes have applied, all together. */
  readonly applied: number
  readonly digest: string
  /** How often what went wrong. */
  readonly happened: ReadonlyMap<FaultClass, number>
  readonly logs: readonly (readonly LogRecord[])[]
}

const MS_PER_SECOND = 1000
/** What nobody promises where a third or more are byzantine. */
const PROMISES: ReadonlySet<string> = new Set(['agreement', 'stateRoot', 'progress', 'stopped'])
/** A byzantine validator whose own program gives up begins anew. */
const BYZANTINE_REST_MS = 3000

/** Runs a plan to its end, or until something is wrong. */
export function simulate(options: SimulationOptions): Outcome {
  return new Simulation(options).run()
}

function createChain({ plan, application, signatures }: SimulationOptions): SimChain {
  const options = { powers: plan.powers, signatures }
  return application === 'oasis' ? createOasisChain(options) : createKvstoreChain(options)
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #plan: Plan
  readonly #chain: SimChain
  readonly #time = new VirtualTime()
  readonly #network: SimNetwork
  readonly #nodes: readonly SimNode[]
  readonly #nodesById: ReadonlyMap<string, SimNode>
  readonly #faults: Faults<SimNode>
  readonly #checkers: Checker[]
  readonly #digest = new Digest()
  readonly #heights: bigint[]
  readonly #violations: Finding[] = []
  readonly #tolerated: Finding[] = []
  /** What the byzantine ones have agreed on. */
  readonly #pact: Pact = new Map()
  #applied = 0

  constructor(options: SimulationOptions) {
    const { plan } = options
    const { seed } = plan
    this.#options = options
    this.#plan = plan
    this.#chain = createChain(options)
    this.#heights = plan.powers.map(() => 0n)
    this.#network = new SimNetwork({
      time: this.#time,
      random: randomFor(seed, 'network'),
      messages: options.messages ?? 'shared',
      run: (node, work) => this.#run(node, work),
      tamper: (from, to, channel, bytes) => this.#tampered(from, to, channel, bytes),
      onDelivery: (delivery) => this.#arrived(delivery),
      onOffence: (accuser, accused, offence) => this.#offended(accuser, accused, offence),
    })
    this.#nodes = plan.powers.map((_, i) => this.#createNode(i))
    this.#nodesById = new Map(this.#nodes.map((node) => [node.id, node]))
    const idOf = (node: number) => this.#nodes[node]!.id
    const skies = new Skies(plan.powers.length, seed, (from, to, weather) =>
      this.#network.setWeatherBetween(idOf(from), idOf(to), weather),
    )
    this.#faults = new Faults({
      plan,
      time: this.#time,
      skies,
      nodes: this.#nodes,
      begin: (node) => this.#begin(node),
      end: (node) => this.#end(node),
    })
    const world = this.#world()
    this.#checkers = createCheckers(world, {
      config: SIM_ROUND_CONFIG,
      highestRound: () => this.#highestRound(),
    })
    if (options.watch) this.#checkers.push(options.watch(world))
    for (const [a, b] of plan.links) this.#network.link(idOf(a), idOf(b))
  }

  run(): Outcome {
    const { plan } = this.#options
    for (const node of this.#nodes) this.#begin(node)
    this.#faults.schedule(() => this.#tell((checker) => checker.onHealed?.()))
    this.#submit(0)
    for (let second = 1; !this.#isOver(second - 1); second++) {
      const untilMs = second * MS_PER_SECOND
      while (this.#violations.length === 0 && this.#time.step(untilMs));
      this.#tell((checker) => checker.onSecond?.())
    }
    this.#tell((checker) => checker.onOver?.())
    return {
      violations: this.#violations,
      tolerated: this.#tolerated,
      simulatedMs: this.#time.nowMs,
      height: this.#lowest(),
      applied: this.#applied,
      digest: this.#digest.text(),
      happened: this.#faults.happened(plan),
      logs: this.#nodes.map(({ log }) => log.records),
    }
  }

  #isOver(second: number): boolean {
    const { endMs, heights, isBeyondLimit } = this.#plan
    if (this.#violations.length > 0) return true
    const isLate = second * MS_PER_SECOND >= endMs
    return isLate && (isBeyondLimit || this.#lowest() >= heights)
  }

  #lowest(): bigint {
    const heights = this.#heights.filter((_, i) => this.#isCore(i))
    return heights.reduce((least, height) => (height < least ? height : least))
  }

  #highestRound(): number {
    return Math.max(...this.#nodes.map(({ life }) => life?.engine.status.round ?? 0))
  }

  #isHonest(node: number): boolean {
    return !this.#plan.byzantine.some((one) => one.node === node)
  }

  #isCore(node: number): boolean {
    return this.#isHonest(node) && !this.#plan.lost.includes(node)
  }

  #world(): World {
    return {
      plan: this.#plan,
      chain: this.#chain,
      isHonest: (node) => this.#isHonest(node),
      isCore: (node) => this.#isCore(node),
      heightOf: (node) => this.#heights[node]!,
      nowMs: () => this.#time.nowMs,
      openedOf: (node) => this.#nodes[node]!.life?.opened,
      report: (checker, why) => this.#report(checker, why),
    }
  }

  #report(checker: string, why: string): void {
    const isTolerated = this.#plan.isBeyondLimit && PROMISES.has(checker)
    const findings = isTolerated ? this.#tolerated : this.#violations
    findings.push({ checker, why, atMs: this.#time.nowMs })
  }

  #tell(event: (checker: Checker) => void): void {
    for (const checker of this.#checkers) event(checker)
  }

  #createNode(index: number): SimNode {
    const { seed, skewsMs } = this.#plan
    const { bug } = this.#options
    const chain = this.#chain
    const isHonest = this.#isHonest(index)
    return new SimNode({
      index,
      chain,
      time: this.#time,
      random: randomFor(seed, `node ${index}`),
      skewMs: skewsMs[index]!,
      openKey: (files) =>
        isHonest
          ? openHonestKey({ chain, node: index, bug }, files, (signed) =>
              this.#tell((checker) => checker.onSigned?.(signed)),
            )
          : openRecklessKey(chain, index),
      behaviours: (time) => this.#behavioursOf(index, time),
      bug: isHonest ? bug : undefined,
      onApplied: (node, opened, applied) => this.#onApplied(node, opened, applied),
      onDead: (node, error) => this.#died(node, error),
    })
  }

  #behavioursOf(own: number, timers: NodeTime) {
    const { byzantine, seed } = this.#plan
    const kinds = byzantine.find(({ node }) => node === own)?.kinds ?? []
    const ids = new Map(this.#nodes.map(({ id, index }) => [id, index]))
    const { id } = this.#nodes[own]!
    return kinds.map((kind) => {
      const behaviour = createBehaviour(kind, {
        chain: this.#chain,
        own,
        pact: this.#pact,
        accomplices: byzantine.map(({ node }) => node),
        random: randomFor(seed, `${kind} of ${own}`),
        timers,
        send: ({ to, channel, bytes }) => {
          this.#faults.count(kind)
          this.#network.slip(id, this.#nodes[to]!.id, channel, bytes)
        },
        neighbours: () => this.#network.neighbours(id).map((other) => ids.get(other)!),
      })
      return watched(behaviour, () => this.#faults.count(kind))
    })
  }

  /** Starts a process, unless it runs. */
  #begin(node: SimNode): void {
    if (node.isAlive) return
    const life = node.start()
    if (life === undefined) return
    node.guarded(() => life.engine.start())
    if (!node.isAlive) return
    this.#network.join(life.network)
    for (const { begin } of life.behaviours) begin?.()
  }

  /** The process ends, and its connections with it. */
  #end(node: SimNode): void {
    node.kill()
    this.#tell((checker) => checker.onEnded?.(node.index))
    // Not at once: another node may be in the middle of something.
    this.#time.after(0, () => this.#network.leave(node.id))
  }

  /** A process could not go on: an honest one only when its disk was meant to fail (P32). */
  #died(node: SimNode, error: unknown): void {
    this.#end(node)
    if (this.#faults.explains(node, error)) return
    const isHonest = this.#isHonest(node.index)
    if (isHonest) this.#report('stopped', `node ${node.index}: ${textOf(error)}`)
    else this.#time.after(BYZANTINE_REST_MS, () => this.#begin(node))
  }

  /** Has a node do what a message makes it do, when it gets to it. */
  #run({ id, reactors }: NetworkNode, work: () => void): void {
    const node = this.#nodeOf(id)
    const isThisLife = () => node.life?.network.reactors === reactors
    if (!isThisLife()) return
    const delayMs = node.delayMs(this.#time.nowMs)
    if (delayMs === undefined) node.guarded(work)
    else
      this.#time.after(delayMs, () => {
        if (isThisLife()) node.guarded(work)
      })
  }

  #nodeOf(id: string): SimNode {
    return this.#nodesById.get(id)!
  }

  #tampered(from: string, to: string, channel: number, bytes: Uint8Array): readonly Uint8Array[] {
    const { life } = this.#nodeOf(from)
    if (life === undefined) return []
    if (life.behaviours.length === 0) return [bytes]
    let sent = [{ to: this.#nodeOf(to).index, channel, bytes }]
    for (const { outgoing } of life.behaviours)
      if (outgoing !== undefined) sent = sent.flatMap((one) => outgoing(one) ?? [one])
    return sent.map((one) => one.bytes)
  }

  #arrived({ from, to, channel, message }: Delivery): void {
    const arrived = {
      from: this.#nodeOf(from).index,
      to: this.#nodeOf(to).index,
      channel,
      message,
    }
    this.#digest.number(this.#time.nowMs)
    this.#digest.number((arrived.from << 16) | (arrived.to << 8) | channel)
    this.#digest.bytes(message)
    this.#tell((checker) => checker.onArrived?.(arrived))
  }

  #offended(accuser: string, accused: string, offence: Offence): void {
    const [by, of] = [this.#nodeOf(accuser).index, this.#nodeOf(accused).index]
    this.#tell((checker) => checker.onOffence?.(by, of, offence))
  }

  #onApplied({ index }: SimNode, opened: OpenedApplication, applied: AppliedBlock): void {
    const { block, blockId } = applied
    const { height } = block.header
    this.#applied++
    this.#digest.number(Number(height))
    this.#digest.bytes(blockId.hash)
    this.#heights[index] = height
    const blockHash = toHex(blockId.hash)
    const appHash = toHex(opened.application.info().appHash)
    const event = { node: index, height, block, blockHash, appHash, opened }
    this.#tell((checker) => checker.onApplied?.(event))
  }

  /** Somebody gives a node a transaction, again and again. */
  #submit(turn: number): void {
    this.#time.after(this.#plan.transactionEveryMs, () => {
      const node = this.#nodes[turn % this.#nodes.length]!
      const { life } = node
      if (life !== undefined)
        node.guarded(() => {
          try {
            life.engine.mempool.checkTx(life.opened.transaction(turn))
          } catch (error) {
            if (!(error instanceof CodedError)) throw error
          }
        })
      this.#submit(turn + 1)
    })
  }
}

/** The same, and says when something else leaves than what the program sent. */
function watched({ outgoing, ...others }: Behaviour, onAct: () => void): Behaviour {
  if (outgoing === undefined) return others
  return {
    ...others,
    outgoing(sent) {
      const instead = outgoing(sent)
      const [first, ...more] = instead ?? [sent]
      if (first === undefined || more.length > 0 || !equalBytes(first.bytes, sent.bytes)) onAct()
      return instead
    },
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
