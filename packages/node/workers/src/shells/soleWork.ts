/**
 * Work of which one piece is done at a time: whoever wants more meanwhile has it done once more
 * afterwards. What fails for a reason that may pass is tried again later.
 */

import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'

/** The work, and when it is tried again. */
export interface SoleWorkOptions {
  /** Does all that there is to do; looks at `isStopped` between its steps. */
  readonly work: () => Promise<void>
  /** What has failed, for people. */
  readonly failure: string
  /** How long it waits after so many failures in a row. */
  readonly retryMs: (failures: number) => number
  readonly timers: Timers
  readonly log: Logger
  /** Is told of a fault of ours; it has stopped. */
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class SoleWork {
  readonly #options: SoleWorkOptions
  #isWanted = false
  #isRunning = false
  #running: Promise<void> = Promise.resolve()
  #retry: Timer | undefined
  #failures = 0
  #isStopped = false

  constructor(options: SoleWorkOptions) {
    this.#options = options
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** There is something to do. */
  go(): void {
    if (this.#isStopped || this.#retry !== undefined) return
    this.#isWanted = true
    if (this.#isRunning) return
    this.#isRunning = true
    this.#running = this.#run()
  }

  /** Does nothing more; answers when it has come to rest. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#retry?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false
        await this.#options.work()
        this.#failures = 0
      }
    } catch (error) {
      if (isTold(error)) this.#tryLater(error)
      else {
        this.#isStopped = true
        this.#options.onFatal(error)
      }
    } finally {
      this.#isRunning = false
    }
  }

  #tryLater(error: Error): void {
    const { log, timers, retryMs, failure } = this.#options
    log.warn(failure, { why: error.message })
    if (this.#isStopped) return
    this.#retry = timers.after(retryMs(this.#failures++), () => {
      this.#retry = undefined
      this.go()
    })
  }
}
