/**
 * Proves its randomness as it should, too early, or not at all, round by round; and looks in the
 * end of each round whether the chain has treated it as it deserves. Whatever else ends the node.
 */

import { definePlainErrors, isTold } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { VrfState } from '@wadi/consensus/beacon'
import { VrfProve } from '@wadi/consensus/beacon/methods'
import { PublicKey } from '@wadi/primitives/publicKey'
import { isInRegistry } from '@wadi/registration/enrol'
import type { VrfProver, VrfProverOptions } from '@wadi/registration/vrf-prover'
import type { BeaconMode } from './beaconMode.ts'

const errors = definePlainErrors('byzantine', {
  takenEarly: 'a proof was taken before its time',
  refused: 'a proof was refused that came in time',
  proofMissing: 'the proof of the round is not in the state',
  proofPresent: 'there is a proof of the round in the state',
})

/** By which tests find the line in the log. COMPAT(oasis-core): the name of its event. */
const ROUND_COMPLETED = 'byzantine/vrf_beacon/round_completed'

/** See the top of this file. */
export function createByzantineProver(mode: BeaconMode, options: VrfProverOptions): VrfProver {
  return new ByzantineProver(mode, options)
}

class ByzantineProver implements VrfProver {
  readonly #mode: BeaconMode
  readonly #options: VrfProverOptions
  readonly #node: PublicKey
  readonly #life = new AbortController()
  #hasStarted = false
  #height = 0n
  /** As it was after the last block. */
  #round: VrfState | undefined
  #phase: 'waiting' | 'asking' | 'acted' = 'waiting'
  #iteration = 0

  constructor(mode: BeaconMode, options: VrfProverOptions) {
    this.#mode = mode
    this.#options = options
    this.#node = PublicKey.check(options.signers.node.publicKey)
  }

  start(): void {
    this.#hasStarted = true
    this.#options.world.log.info('waiting on initial VRF event', { mode: this.#mode })
    this.#look()
  }

  stop(): void {
    this.#life.abort()
  }

  applied(height: bigint): void {
    this.#height = height
    this.#look()
  }

  #look(): void {
    const round = this.#options.round()
    if (!this.#hasStarted || this.#life.signal.aborted || round === undefined) return
    const before = this.#round
    this.#round = round
    if (before !== undefined && before.epoch !== round.epoch) this.#end(before)
    if (this.#phase === 'waiting' && this.#isTime(round)) {
      this.#phase = 'asking'
      this.#act(round).catch((error) => this.#fail(error))
    }
  }

  #isTime({ submitAfter }: VrfState): boolean {
    return this.#mode !== 'vrf_beacon_honest' || this.#height >= submitAfter
  }

  async #act(round: VrfState): Promise<void> {
    const { ask, world } = this.#options
    const { epoch, submitAfter } = round
    if (!(await isInRegistry(ask, this.#node, this.#life.signal))) {
      this.#phase = 'waiting'
      return
    }
    world.log.info('received VRF beacon event', { epoch, submit_after: submitAfter })
    // A round that it comes too late for is not its own.
    if (this.#mode === 'vrf_beacon_early' && this.#height >= submitAfter) return
    this.#phase = 'acted'
    if (this.#mode === 'vrf_beacon_missing') return
    const refusal = await this.#prove(round)
    if (this.#mode === 'vrf_beacon_early') {
      if (refusal === undefined) throw errors.takenEarly(`epoch ${epoch}`)
      world.log.info('failed to submit proof', { epoch, why: refusal })
      return
    }
    if (refusal !== undefined) throw errors.refused(refusal)
    world.log.info('submitted proof', { epoch })
  }

  /** Why it was refused; nothing if it was taken. */
  async #prove({ epoch, alpha }: VrfState): Promise<string | undefined> {
    const { submitter, signers } = this.#options
    const body = encode(VrfProve, { epoch, pi: signers.vrf.prove(alpha) })
    const call = { method: 'beacon.VRFProve', body }
    try {
      await submitter.submit(signers.node, call, this.#life.signal)
      return undefined
    } catch (error) {
      if (!isTold(error)) throw error
      return error.message
    }
  }

  #end({ epoch, pi }: VrfState): void {
    const hasActed = this.#phase === 'acted'
    this.#phase = 'waiting'
    if (!hasActed) return
    const isThere = pi.get(this.#node) !== undefined
    if (isThere !== (this.#mode === 'vrf_beacon_honest')) {
      this.#fail(
        isThere ? errors.proofPresent(`epoch ${epoch}`) : errors.proofMissing(`epoch ${epoch}`),
      )
      return
    }
    const facts = { epoch, iteration: this.#iteration++, log_event: ROUND_COMPLETED }
    this.#options.world.log.info('executed beacon round', facts)
  }

  #fail(error: unknown): void {
    if (this.#life.signal.aborted) return
    this.#life.abort()
    this.#options.onFatal(error)
  }
}
