/**
 * Proves once in every epoch what the node makes of the beacon's alpha, if the beacon's backend is
 * `vrf`: who has not proved is not elected into committees of the next epoch.
 */

import { drawWaitMs } from '@wadi/base/backoff'
import type { Clock } from '@wadi/base/clock'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import { encode } from '@wadi/cbor/codec'
import type { VrfState } from '@wadi/consensus/beacon'
import { VrfProve } from '@wadi/consensus/beacon/methods'
import type { Signer, VrfSigner } from '@wadi/crypto/signature/signer'
import type { Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Ask } from '../chain.ts'
import { isInRegistry } from '../enrol.ts'
import { PROOF_WAIT_MS_MAX, WAIT_MS_FIRST } from '../limits.ts'
import type { Submitter } from '../submission/submitter.ts'
import { waitUntilSynced } from '../waitUntilSynced.ts'
import { decideProof } from './decideProof.ts'

/** What proving is made of. */
export interface VrfProverOptions {
  readonly ask: Ask
  readonly submitter: Submitter
  /** Who submits, and who proves. */
  readonly signers: { readonly node: Signer; readonly vrf: VrfSigner }
  /** The round of proofs in the state after the last block; undefined if there is none. */
  readonly round: () => VrfState | undefined
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly random: RandomSource
    readonly log: Logger
  }
  /** Is told of what is a fault of ours. */
  readonly onFatal: (error: unknown) => void
}

const WAITS = { firstMs: WAIT_MS_FIRST, maxMs: PROOF_WAIT_MS_MAX }

/** See the top of this file. */
export interface VrfProver {
  start(): void
  stop(): void
  /** To be called when a block has been applied and can be asked about. */
  applied(height: bigint): void
}

/** Makes a prover that has not started. */
export function createVrfProver(options: VrfProverOptions): VrfProver {
  return new Prover(options)
}

/** A proof for an epoch. */
interface Task {
  readonly epoch: Epoch
  /** Ends with the epoch. */
  readonly life: AbortController
  phase: 'waiting' | 'proving' | 'postponed' | 'done'
  failures: number
  timer: Timer | undefined
}

class Prover implements VrfProver {
  readonly #options: VrfProverOptions
  readonly #node: PublicKey
  readonly #life = new AbortController()
  #isSynced = false
  #height = 0n
  #task: Task | undefined

  constructor(options: VrfProverOptions) {
    this.#options = options
    this.#node = PublicKey.check(options.signers.node.publicKey)
  }

  start(): void {
    this.#run(async () => {
      const { ask, world } = this.#options
      this.#isSynced = await waitUntilSynced(ask, world, this.#life.signal)
      this.#look()
    })
  }

  stop(): void {
    this.#life.abort()
    this.#endTask()
  }

  applied(height: bigint): void {
    this.#height = height
    this.#look()
  }

  #look(): void {
    if (!this.#isSynced || this.#life.signal.aborted) return
    const round = this.#options.round()
    if (round === undefined) return
    const task = this.#taskOf(round.epoch)
    if (task.phase !== 'waiting') return
    const decision = decideProof({ round, node: this.#node, height: this.#height })
    if (decision === 'wait') return
    task.phase = decision === 'done' ? 'done' : 'proving'
    if (decision === 'prove') this.#run(() => this.#prove(task, round.alpha))
  }

  #taskOf(epoch: Epoch): Task {
    if (this.#task?.epoch === epoch) return this.#task
    this.#endTask()
    const life = new AbortController()
    this.#task = { epoch, life, phase: 'waiting', failures: 0, timer: undefined }
    return this.#task
  }

  #endTask(): void {
    this.#task?.life.abort()
    this.#task?.timer?.cancel()
    this.#task = undefined
  }

  async #prove(task: Task, alpha: Uint8Array): Promise<void> {
    const { ask, submitter, signers, world } = this.#options
    const { epoch, life } = task
    try {
      if (!(await isInRegistry(ask, this.#node, life.signal))) {
        // The rules refuse it now, and may not after the next block.
        task.phase = 'waiting'
        return
      }
      const body = encode(VrfProve, { epoch, pi: signers.vrf.prove(alpha) })
      await submitter.submit(signers.node, { method: 'beacon.VRFProve', body }, life.signal)
      task.phase = 'done'
      world.log.info('the node has proved its randomness', { epoch })
    } catch (error) {
      if (!isTold(error)) throw error
      if (!life.signal.aborted) this.#postpone(task, error.message)
    }
  }

  #postpone(task: Task, why: string): void {
    const { timers, random, log } = this.#options.world
    const { epoch } = task
    log.warn('the node could not prove its randomness yet', { epoch, why })
    const waitMs = drawWaitMs(task.failures, WAITS, random)
    task.failures++
    task.phase = 'postponed'
    task.timer = timers.after(waitMs, () => {
      task.phase = 'waiting'
      this.#look()
    })
  }

  #run(work: () => Promise<void>): void {
    work().catch((error) => this.#options.onFatal(error))
  }
}
