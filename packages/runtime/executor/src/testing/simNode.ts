/** A compute node of the simulation: the machine, and a shell that has a world to answer it. */

import { toHex } from '@wadi/base/bytes'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  commitmentContext,
  signCommitment,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import { signProposal } from '@wadi/runtime-protocol/commitments/proposal'
import { type Misdeed, misbehave } from '../byzantine/misdeeds.ts'
import {
  type ExecutorEffect,
  type ExecutorInput,
  type ExecutorState,
  startExecutor,
  stepExecutor,
} from '../executor.ts'
import { serveTransactions } from '../pool/findTransaction.ts'
import type { PoolInput } from '../pool/input.ts'
import { admitProposal } from '../round/admitProposal.ts'
import type { RoundBase } from '../round/base.ts'
import type { RoundInput, SignedRecord } from '../round/input.ts'
import { CHAIN_CONTEXT, RULES, RUNTIME_ID, SIGNATURES, type TestMember } from './testNetwork.ts'
import { checkToy } from './toyRuntime.ts'
import type { World } from './world.ts'

const RETRY_MS = 300
const RETRIES = 5

export class SimNode {
  readonly member: TestMember
  readonly misdeeds: readonly Misdeed[]
  state: ExecutorState
  isUp = true
  /** What survives a crash. */
  record: SignedRecord | undefined
  readonly #world: World
  /** Of timers by name the last one; and of the node's lives. */
  readonly #timers = new Map<string, number>()
  #life = 0
  /** The last answer to the runtime. */
  #suggested: readonly Uint8Array[] = []

  constructor(world: World, member: TestMember, misdeeds: readonly Misdeed[]) {
    this.#world = world
    this.member = member
    this.misdeeds = misdeeds
    this.state = this.#start()
  }

  #start(): ExecutorState {
    return startExecutor(
      {
        own: this.member.id,
        runtimeId: RUNTIME_ID,
        chainContext: CHAIN_CONTEXT,
        rules: RULES,
        equivocation: 'report',
        arena: this.#world.storage.arena,
      },
      this.record,
    )
  }

  crash(): void {
    this.isUp = false
    this.#life++
    this.#timers.clear()
  }

  restart(base: RoundBase): void {
    this.isUp = true
    this.state = this.#start()
    this.round({ kind: 'runtime-status', initialBatchSize: 50 })
    this.round({ kind: 'new-block', base })
    this.round({ kind: 'round-synced', round: base.header.round })
  }

  round(input: RoundInput): void {
    this.give({ to: 'round', input })
  }

  pool(input: PoolInput): void {
    this.give({ to: 'pool', input })
  }

  give(input: ExecutorInput): void {
    if (!this.isUp) return
    const { state, effects } = stepExecutor(this.state, input, this.#world.nowMs)
    this.state = state
    const life = this.#life
    for (const effect of misbehave(this.misdeeds, effects)) {
      if (life === this.#life) this.#carryOut(effect)
    }
  }

  /** A message of the committee's topic. */
  receive(author: PublicKey, proposal: Proposal, retries: number = RETRIES): void {
    if (!this.isUp) return
    const { round } = this.state
    const epoch = this.#world.epoch
    const admission = admitProposal(round, author, { epoch, proposal })
    if (admission.verdict === 'accept') this.round(admission.input)
    else if (admission.verdict === 'retry' && retries > 0) {
      this.#world.after(RETRY_MS, () => this.receive(author, proposal, retries - 1))
    }
  }

  /** Later, in the same life. */
  #later(delayMs: number, then: () => void): void {
    const life = this.#life
    this.#world.after(delayMs, () => {
      if (this.isUp && life === this.#life) then()
    })
  }

  #timer(name: string, afterMs: number, then: () => void): void {
    const turn = (this.#timers.get(name) ?? 0) + 1
    this.#timers.set(name, turn)
    this.#later(afterMs, () => {
      if (this.#timers.get(name) === turn) then()
    })
  }

  #carryOut(effect: ExecutorEffect): void {
    const world = this.#world
    switch (effect.kind) {
      case 'set-timer': {
        const { round, timer, afterMs } = effect
        this.#timer(timer, afterMs, () => this.round({ kind: 'timeout', round, timer }))
        return
      }
      case 'set-pool-timer': {
        const { timer, afterMs } = effect
        this.#timer(`pool ${timer}`, afterMs, () => this.pool({ kind: 'timeout', timer }))
        return
      }
      case 'remember':
        this.record = effect.record
        return
      case 'execute': {
        const response = world.storage.execute(effect, (limit) => this.#fetch(limit))
        const { id } = effect
        this.#later(world.delay(), () => this.round({ kind: 'executed', id, response }))
        return
      }
      case 'apply': {
        const { id, base, stateWriteLog, stateRoot } = effect
        const isGood = world.storage.apply(base.header, stateWriteLog, stateRoot)
        const outcome = isGood && !world.failsToStore(this) ? 'durable' : 'failed'
        this.#later(world.delay(), () => this.round({ kind: 'applied', id, outcome }))
        return
      }
      case 'propose': {
        const { signer, node } = this.member
        const proposal = signProposal(signer, SIGNATURES, effect.proposal)
        world.noteProposal(this, proposal)
        world.publish(this, (to) => to.receive(node.p2p.id, proposal))
        world.perhapsCrash(this)
        return
      }
      case 'commit': {
        const context = commitmentContext(CHAIN_CONTEXT, RUNTIME_ID)
        const commitment = signCommitment(this.member.signer, context, effect.commitment)
        world.submit(this, commitment)
        world.perhapsCrash(this)
        return
      }
      default:
        this.#answerPool(effect)
    }
  }

  /** More transactions for the batch that is made. */
  #fetch(limit: number): readonly Uint8Array[] {
    this.#suggested = []
    this.pool({ kind: 'fetch-batch', id: 0, limit })
    return this.#suggested
  }

  #answerPool(effect: ExecutorEffect): void {
    const world = this.#world
    switch (effect.kind) {
      case 'check': {
        const { id, inputs } = effect
        const state = world.storage.open(world.chain.block.header)
        const results = inputs.map((input) => checkToy(state, input))
        state.dispose()
        this.#later(world.delay(), () => this.pool({ kind: 'checked', id, results }))
        return
      }
      case 'publish': {
        for (const { input } of effect.transactions) {
          world.publish(this, (to) => to.pool({ kind: 'submit', input, origin: 'remote' }))
        }
        return
      }
      case 'fetch-transactions': {
        const { round, hashes } = effect
        const peer = world.anyPeer(this)
        const inputs = peer === undefined ? [] : serveTransactions(peer.state.pool, hashes)
        this.#later(world.delay(), () => this.round({ kind: 'fetched', round, inputs }))
        return
      }
      case 'suggested':
        this.#suggested = effect.inputs
        return
      case 'report-equivocation':
        world.evidence.push({ by: this, evidence: effect.evidence })
        return
      case 'trace':
        world.trace(`${toHex(this.member.id).slice(0, 4)} ${effect.what} ${effect.rank ?? ''}`)
        return
      default:
    }
  }
}
