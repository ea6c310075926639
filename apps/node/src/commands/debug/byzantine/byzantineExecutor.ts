/** Follows an executor that misbehaves to its round, and ends the node afterwards. */

import { CodedError, definePlainErrors } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { ExecutorMode } from './executorMode.ts'
import { BYZANTINE_ROUND, type ExpectedTurn, executorTurn } from './executorTurn.ts'

const errors = definePlainErrors('byzantineExecutor', {
  wrongTurn: 'the executor is not where it was expected',
})

/** What it is told, and what it ends. */
export interface ByzantineExecutorOptions {
  /** The state of the runtime after the last block. */
  readonly stateOf: () => Promise<RuntimeState>
  readonly turn: ExpectedTurn
  readonly stops: ExecutorMode['stops']
  readonly log: Logger
  readonly stopSoon: () => void
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class ByzantineExecutor {
  readonly #options: ByzantineExecutorOptions
  #phase: 'waiting' | 'acting' | 'ended' = 'waiting'
  #isLooking = false

  constructor(options: ByzantineExecutorOptions) {
    this.#options = options
  }

  /** To be called after each block. */
  async applied(): Promise<void> {
    if (this.#isLooking || this.#phase === 'ended') return
    this.#isLooking = true
    try {
      this.#look(await this.#options.stateOf())
    } catch (error) {
      // Before the runtime has begun there is nothing to see.
      if (!(error instanceof CodedError && error.module === 'roothash')) this.#fail(error)
    }
    this.#isLooking = false
  }

  #look(state: RuntimeState): void {
    const { turn, stops, log } = this.#options
    const found = executorTurn(state, turn)
    if (found.kind === 'wrong') throw errors.wrongTurn(found.why)
    if (found.kind === 'acting') {
      if (this.#phase === 'waiting') log.info('executor schedule ok', { round: BYZANTINE_ROUND })
      this.#phase = 'acting'
      if (stops === 'elected') this.#end()
    }
    if (found.kind !== 'over') return
    if (this.#phase === 'waiting')
      throw errors.wrongTurn(`round ${BYZANTINE_ROUND} was over before the node was elected`)
    if (stops === 'acted') this.#end()
  }

  #end(): void {
    this.#phase = 'ended'
    this.#options.log.info('byzantine executor is done', { round: BYZANTINE_ROUND })
    this.#options.stopSoon()
  }

  #fail(error: unknown): void {
    this.#phase = 'ended'
    this.#options.onFatal(error)
  }
}
