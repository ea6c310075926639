/**
 * One run of a plan: a chain, compute nodes, the network between them, clients, what goes wrong,
 * and the checkers that watch.
 */

import { toHex } from '@wadi/base/bytes'
import type { LogRecord } from '@wadi/base/log'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import type { ValidatorKeys } from '@wadi/compose/network-keys'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  ProposalHeader,
} from '@wadi/consensus/roothash/commitments'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { activeDeployment } from '@wadi/runtime-protocol/deployments'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import { Dice } from '../../plan/dice.ts'
import type { Plan } from '../../plan/plan.ts'
import { randomFor } from '../../plan/randomFor.ts'
import { Digest } from '../../run/digest.ts'
import { Faults } from '../../run/faults.ts'
import type { Finding } from '../../run/simulation.ts'
import { Skies } from '../../world/skies.ts'
import { VirtualTime } from '../../world/virtualTime.ts'
import { DrivenChain, type SeenBlock } from '../chain/drivenChain.ts'
import { paratimeGenesis, VERSION } from '../chain/paratimeGenesis.ts'
import { allCheckers, PROMISES } from '../checkers/allCheckers.ts'
import { Reference } from '../checkers/execution.ts'
import type {
  EndedRound,
  ExecutedRound,
  ParatimeChecker,
  ParatimeWorld,
  SentMessage,
} from '../checkers/paratimeChecker.ts'
import { Progress } from '../checkers/smallCheckers.ts'
import { Clients } from '../clients/clients.ts'
import { MessageSenders } from '../clients/messageSenders.ts'
import { runtimeOf } from '../clients/paratimeClients.ts'
import { ComputeNode, type NodeWatch, type SubmittedCall } from '../nodes/computeNode.ts'
import { KeyManagerNode } from '../nodes/keyManagerNode.ts'
import { nextVersionOf } from '../nodes/nextVersion.ts'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'
import { SimProcess } from '../nodes/simProcess.ts'
import type { ParatimeClass } from '../plan/paratimeClasses.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import { termClassesOf } from '../plan/termClasses.ts'
import { RuntimeNet } from '../world/runtimeNet.ts'
import { Crowds } from './crowds.ts'
import { MisdeedCounts } from './misdeedCounts.ts'
import { readProposal } from './occasions.ts'
import { StoreFaults, upkeepOf } from './storeFaults.ts'
import { Upgrades } from './upgrades.ts'

export interface ParatimeSimulationOptions {
  readonly plan: ParatimePlan
  readonly bug?: ParatimeBug | undefined
}

/** What came of a run. */
export interface ParatimeOutcome {
  readonly violations: readonly Finding[]
  readonly tolerated: readonly Finding[]
  readonly simulatedMs: number
  readonly height: bigint
  /** Normal rounds of all ParaTimes. */
  readonly rounds: number
  /** Transactions that clients were told to be final. */
  readonly told: number
  /** After healing: the longest wait for a normal round. */
  readonly longestMs: number
  readonly digest: string
  readonly happened: ReadonlyMap<ParatimeClass, number>
  readonly logs: readonly (readonly LogRecord[])[]
}

const MS_PER_SECOND = 1000
const BLOCK_MS = 1000
/** How late a node hears of a block, at most. */
const NEWS_MS_MAX = 250
const BYZANTINE_REST_MS = 3000

/** Runs a plan to its end, or until something is wrong. */
export async function simulateParatimes(
  options: ParatimeSimulationOptions,
): Promise<ParatimeOutcome> {
  return await new ParatimeSimulation(options).run()
}

class ParatimeSimulation {
  readonly #plan: ParatimePlan
  readonly #bug: ParatimeBug | undefined
  readonly #time = new VirtualTime()
  readonly #chain: DrivenChain
  readonly #net: RuntimeNet
  readonly #nodes: readonly ComputeNode[]
  readonly #keepers: readonly KeyManagerNode[]
  readonly #all: readonly (ComputeNode | KeyManagerNode)[]
  readonly #faults: Faults<ComputeNode | KeyManagerNode>
  readonly #clients: Clients
  readonly #senders: MessageSenders
  readonly #upgrades: Upgrades
  readonly #crowds: Crowds
  readonly #stores: StoreFaults
  readonly #misdeeds: MisdeedCounts
  readonly #references: readonly Reference[]
  readonly #checkers: readonly ParatimeChecker[]
  readonly #progress: Progress
  readonly #digest = new Digest()
  readonly #counts = new Map<ParatimeClass, number>()
  readonly #violations: Finding[] = []
  readonly #tolerated: Finding[] = []
  readonly #random: RandomSource
  /** Of the round of each ParaTime that is under way. */
  readonly #commits: ExecutorCommitment[][]
  readonly #discrepancies: bigint[][]
  /** By height. */
  readonly #epochs = new Map<bigint, bigint>()
  readonly #queues = new Map<bigint, SeenBlock['queues']>()
  #passing: Promise<void> | undefined
  #rounds = 0
  #told = 0

  constructor({ plan, bug }: ParatimeSimulationOptions) {
    const { seed, paratimes } = plan
    this.#plan = plan
    this.#bug = bug
    this.#random = randomFor(seed, 'chain')
    const genesis = paratimeGenesis(plan, bug?.changeDescriptor)
    this.#chain = new DrivenChain(genesis)
    this.#commits = paratimes.map(() => [])
    this.#discrepancies = paratimes.map(() => [])
    this.#net = new RuntimeNet({
      time: this.#time,
      random: randomFor(seed, 'runtime network'),
      choices: new Dice(randomFor(seed, 'peers that are asked')),
      watch: {
        arrived: (from, to, message) => this.#arrived(from, to, message),
        blocked: (accuser, accused) =>
          this.#tell((checker) => checker.onBlocked?.(accuser, accused)),
      },
    })
    const runtimes = paratimes.map(runtimeOf)
    this.#nodes = genesis.executors.map((keys, index) => this.#createNode(keys, index, runtimes))
    this.#keepers = genesis.keepers.map((keys, i) => this.#createKeeper(keys, i))
    this.#all = [...this.#nodes, ...this.#keepers]
    const skies = new Skies(this.#all.length, seed, (from, to, weather) =>
      this.#net.setWeather(from, to, weather),
    )
    this.#faults = new Faults({
      plan: plan satisfies Pick<Plan, 'faults'>,
      time: this.#time,
      skies,
      nodes: this.#all,
      begin: (node) => {
        if (!node.isAlive) node.start()
      },
      end: (node) => node.kill(),
    })
    const world = this.#world()
    this.#references = runtimes.map(
      (runtime, paratime) =>
        new Reference(
          world,
          paratime,
          [{ ...runtime, version: VERSION }, nextVersionOf(runtime)],
          (executed) => this.#executed(executed),
        ),
    )
    this.#progress = new Progress(world)
    this.#checkers = [...allCheckers(world, this.#references, this.#keepers), this.#progress]
    this.#clients = new Clients({
      plan,
      genesis,
      time: this.#time,
      nodes: this.#nodes,
      references: this.#references,
      onTold: (paratime, hash, round) => {
        this.#told++
        this.#tell((checker) => checker.onTold?.(paratime, hash, round))
      },
    })
    this.#senders = new MessageSenders({
      plan,
      chain: this.#chain,
      time: this.#time,
      onSent: (sent) => this.#sent(sent),
    })
    const scene = { plan, chain: this.#chain, time: this.#time, nodes: this.#nodes }
    const count = (name: ParatimeClass) => this.#count(name)
    this.#misdeeds = new MisdeedCounts({ ...scene, count })
    this.#stores = new StoreFaults({ ...scene, replaced: () => this.#count('new-disk') })
    this.#crowds = new Crowds({
      ...scene,
      onApplied: (applied) => this.#tell((checker) => checker.onApplied?.(applied)),
      onMeddled: (meddled) => this.#tell((checker) => checker.onMeddled?.(meddled)),
    })
    this.#upgrades = new Upgrades({
      ...scene,
      wasLate: (how) => this.#count(how),
      refused: (why) => this.#report('versions', why),
    })
  }

  #executed(executed: ExecutedRound): void {
    const { before, epoch } = executed.ended
    const due = activeDeployment(before.runtime!, epoch)
    if (due !== undefined && due.validFrom > 0n) this.#count('upgrade')
    this.#tell((checker) => checker.onExecuted?.(executed))
  }

  #sent(sent: SentMessage): void {
    if (sent.refusal !== undefined) this.#count('refused-message')
    this.#tell((checker) => checker.onSent?.(sent))
  }

  #createNode(keys: ValidatorKeys, index: number, runtimes: readonly Runtime[]): ComputeNode {
    const { seed, skewsMs, callMsMax, upgrade, byzantine: all } = this.#plan
    const byzantine = all.find(({ node }) => node === index)
    return new ComputeNode({
      index,
      keys,
      chain: this.#chain,
      net: this.#net,
      time: this.#time,
      random: randomFor(seed, `executor ${index}`),
      skewMs: skewsMs[index]!,
      callMsMax,
      runtimes,
      upgraded: upgrade?.paratimes ?? [],
      byzantine,
      upkeep: upkeepOf(this.#plan, index),
      died: (error) => this.#died(this.#nodes[index]!, error),
      bug: byzantine === undefined ? this.#bug : undefined,
      watch: this.#nodeWatch(),
    })
  }

  #createKeeper(keys: ValidatorKeys, number: number): KeyManagerNode {
    const { keyLiar, executors, seed, skewsMs, callMsMax } = this.#plan
    const index = executors + number
    return new KeyManagerNode({
      index,
      keys,
      chain: this.#chain,
      net: this.#net,
      time: this.#time,
      random: randomFor(seed, `key manager ${number}`),
      skewMs: skewsMs[index]!,
      callMsMax,
      bug: undefined,
      misdeed: keyLiar?.node === number ? keyLiar.misdeed : undefined,
      misdid: (misdeed) => this.#count(misdeed),
      died: (error) => this.#died(this.#keepers[number]!, error),
    })
  }

  async run(): Promise<ParatimeOutcome> {
    const plan = this.#plan
    // The first committees are elected when the first epoch is over.
    for (let block = 0; block <= plan.epochBlocks; block++) this.#observe(await this.#chain.pass())
    for (const node of this.#all) node.start()
    await turn()
    this.#faults.schedule(() => {
      for (const node of this.#all) for (const spell of node.spells) node.recover(spell)
      this.#tell((checker) => checker.onHealed?.())
    })
    this.#scheduleSpells()
    this.#clients.start()
    this.#senders.start()
    this.#upgrades.schedule()
    this.#crowds.schedule()
    this.#stores.schedule()
    this.#time.after(BLOCK_MS, () => this.#makeBlock())
    for (let second = 1; this.#violations.length === 0; second++) {
      if (second * MS_PER_SECOND > plan.endMs) break
      while (this.#violations.length === 0 && this.#time.step(second * MS_PER_SECOND)) {
        await turn()
        await this.#passing
      }
      this.#tell((checker) => checker.onSecond?.())
    }
    this.#tell((checker) => checker.onOver?.())
    for (const node of this.#all) node.kill()
    await turn()
    return {
      violations: this.#violations,
      tolerated: this.#tolerated,
      simulatedMs: this.#time.nowMs,
      height: this.#chain.height,
      rounds: this.#rounds,
      told: this.#told,
      longestMs: this.#progress.longestMs,
      digest: this.#digest.text(),
      happened: this.#happened(),
      logs: this.#all.map(({ log }) => log.records),
    }
  }

  #happened(): ReadonlyMap<ParatimeClass, number> {
    const counts = new Map(this.#counts)
    for (const name of termClassesOf(this.#plan)) counts.set(name, (counts.get(name) ?? 0) + 1)
    if (this.#chain.keyStatus?.isInitialized === true) counts.set('key-managers', 1)
    for (const [name, count] of this.#faults.happened(this.#plan))
      counts.set(name as ParatimeClass, count)
    return counts
  }

  #count(name: ParatimeClass): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  #world(): ParatimeWorld {
    const isHonest = (node: number) => this.#all[node]!.isHonest
    return {
      plan: this.#plan,
      chain: this.#chain,
      isHonest,
      isCore: (node) => isHonest(node) && !this.#plan.lost.includes(node),
      worker: (node, paratime) => this.#nodes[node]!.worker(paratime),
      nowMs: () => this.#time.nowMs,
      waiting: () => this.#clients.waiting,
      count: (name) => this.#count(name),
      report: (checker, why) => this.#report(checker, why),
    }
  }

  #report(checker: string, why: string): void {
    const isTolerated = this.#plan.isBeyondLimit && PROMISES.has(checker)
    const findings = isTolerated ? this.#tolerated : this.#violations
    findings.push({ checker, why, atMs: this.#time.nowMs })
  }

  #tell(event: (checker: ParatimeChecker) => void): void {
    for (const checker of this.#checkers)
      try {
        event(checker)
      } catch (error) {
        // Not the fault of the node that is at it.
        const why = `cannot check: ${SimProcess.sentenceOf(error)}`
        this.#violations.push({ checker: checker.name, why, atMs: this.#time.nowMs })
      }
  }

  #scheduleSpells(): void {
    for (const { class: spell, node: index, fromMs, toMs } of this.#plan.spells) {
      const node = this.#nodes[index]!
      this.#time.after(fromMs, () => {
        node.spells.add(spell)
        this.#count(spell)
      })
      this.#time.after(toMs, () => node.recover(spell))
    }
  }

  #makeBlock(): void {
    this.#passing = this.#chain.pass().then((block) => {
      this.#passing = undefined
      this.#observe(block)
      for (const node of this.#all)
        this.#time.after(1 + randomBelow(this.#random, NEWS_MS_MAX), () => node.hear(block.height))
      this.#time.after(BLOCK_MS, () => this.#makeBlock())
    })
  }

  #observe(seen: SeenBlock): void {
    const block = this.#bug?.changeBlock?.(seen) ?? seen
    this.#epochs.set(block.height, block.epoch)
    this.#queues.set(block.height, block.queues)
    this.#digest.number(Number(block.height))
    const { ids } = this.#chain.genesis
    for (const event of block.roothash) {
      const { runtimeId, executorCommitted, executionDiscrepancy, inMsgProcessed } = event
      const paratime = ids.findIndex((id) => toHex(id) === toHex(runtimeId))
      if (inMsgProcessed !== undefined) this.#count('incoming-messages')
      if (executorCommitted !== undefined) this.#commits[paratime]!.push(executorCommitted.commit)
      if (executionDiscrepancy === undefined) continue
      this.#discrepancies[paratime]!.push(executionDiscrepancy.rank)
      this.#count('discrepancy')
    }
    if (block.staking.some(({ escrow }) => escrow?.take !== undefined)) this.#count('slashing')
    this.#tell((checker) => checker.onBlock?.(block))
    for (const [paratime, { before, after }] of block.states.entries()) {
      const header = after.lastBlock!.header
      if (before.lastBlock!.header.round === header.round) continue
      this.#ended(paratime, block)
    }
  }

  #ended(paratime: number, block: SeenBlock): void {
    const { before, after } = block.states[paratime]!
    const { header } = after.lastBlock!
    this.#digest.bytes(header.stateRoot)
    this.#digest.bytes(header.ioRoot)
    if (header.headerType === HEADER_TYPES.normal) this.#rounds++
    if (header.headerType === HEADER_TYPES.roundFailed) this.#count('failed-round')
    if (header.headerType === HEADER_TYPES.suspended) this.#count('suspension')
    const ended: EndedRound = {
      paratime,
      height: block.height,
      header,
      before,
      after,
      epoch: this.#epochs.get(before.lastBlockHeight) ?? block.epoch,
      resultsBefore: block.results[paratime]!.before,
      waiting: this.#queues.get(before.lastBlockHeight)?.[paratime] ?? [],
      results: block.results[paratime]!.after,
      commits: this.#commits[paratime]!.splice(0),
      discrepancies: this.#discrepancies[paratime]!.splice(0),
      balance: block.balances[paratime]!,
      block,
    }
    this.#misdeeds.ended(ended)
    this.#tell((checker) => checker.onRound?.(ended))
  }

  #arrived(from: number, to: number, message: Uint8Array): void {
    this.#digest.number(this.#time.nowMs)
    this.#digest.number((from << 8) | to)
    this.#digest.bytes(message)
  }

  #nodeWatch(): NodeWatch {
    return {
      synced: (node, paratime, round) => {
        const header = node.worker(paratime)?.history.committedBlock(round)?.block.header
        if (header === undefined) return
        this.#digest.number((node.index << 16) | Number(round))
        this.#tell((checker) => checker.onSynced?.(node.index, paratime, header))
      },
      published: (node, message) => this.#published(node, message),
      lied: (node) => this.#misdeeds.lied(node.index),
      gaveChunk: () => this.#count('checkpoint'),
      misdid: (misdeed) => this.#count(misdeed),
      submitted: (node, call) => this.#submitted(node, call),
      committed: (node, paratime, commits) => this.#feed(node, paratime, commits),
    }
  }

  #published(node: ComputeNode, message: Uint8Array): void {
    const proposal = readProposal(message)
    if (proposal === undefined) return
    const name = `proposal ${toHex(proposal.header.previousHash)}`
    const what = toHex(encode(ProposalHeader, proposal.header))
    this.#misdeeds.had(node.index, 'propose')
    this.#tell((checker) => {
      checker.onSigned?.(node.index, name, what)
      checker.onProposed?.(node.index, proposal)
    })
  }

  #submitted(node: ComputeNode, { method, body }: SubmittedCall): void {
    if (method !== 'roothash.ExecutorCommit') return
    for (const commit of decode(ExecutorCommit, body).commits ?? []) {
      const { schedulerId, failure, header } = commit.header
      const name = `result upon ${toHex(header.previousHash)} of ${toHex(schedulerId)}`
      const what = `${failure} ${toHex(encode(ComputeResultsHeader, header))}`
      this.#misdeeds.had(node.index, 'commit')
      this.#tell((checker) => checker.onSigned?.(node.index, name, what))
    }
  }

  /** What one node has in its mempool the others have soon, too. */
  #feed(from: ComputeNode, paratime: number, commits: readonly ExecutorCommitment[]): void {
    for (const to of this.#nodes) {
      if (to === from) continue
      for (const delayMs of this.#net.delaysMs(from.index, to.index))
        this.#time.after(delayMs, () => to.hearCommitments(paratime, commits))
    }
  }

  /** A process could not go on: an honest one only when its disk was meant to fail. */
  #died(node: ComputeNode | KeyManagerNode, error: unknown): void {
    node.kill()
    if (this.#faults.explains(node, error)) return
    if (node.isHonest)
      this.#report('stopped', `node ${node.index}: ${SimProcess.sentenceOf(error)}`)
    else this.#time.after(BYZANTINE_REST_MS, () => node.start())
  }
}

/** Everything happens that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
