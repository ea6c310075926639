/** Has the version of a runtime run that is due, and the next one get warm. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Namespace } from '@wadi/primitives/namespace'
import { printVersion, type Version } from '@wadi/primitives/version'
import { decideVersions } from '@wadi/runtime-host/decide-versions'
import type { VersionedRuntime } from '@wadi/runtime-host/versioned-runtime'
import type { RuntimeAsk } from './runtimeAsk.ts'

/** What versions are chosen with. */
export interface DueVersionsOptions {
  readonly id: Namespace
  readonly ask: RuntimeAsk
  /** Undefined where the runtime is followed only. */
  readonly hosted: VersionedRuntime | undefined
  /** See `decideVersions`. */
  readonly preWarmEpochs: bigint | undefined
  readonly log: Logger
  /** The descriptor of this epoch, and the versions have been chosen by it. */
  readonly onDescriptor: (descriptor: Runtime) => void
  readonly onFatal: (error: unknown) => void
}

const LAST_HEIGHT = 0n

/** See the top of this file. */
export class DueVersions {
  readonly #options: DueVersionsOptions
  #epoch: bigint | undefined
  #isLooking = false
  #isStopped = false

  constructor(options: DueVersionsOptions) {
    this.#options = options
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    if (!this.#isLooking && !this.#isStopped) void this.#look(height)
  }

  stop(): void {
    this.#isStopped = true
  }

  /** What cannot be read is looked at with the next block. */
  async #look(height: bigint): Promise<void> {
    const { log, onFatal } = this.#options
    this.#isLooking = true
    try {
      await this.#choose(height)
    } catch (error) {
      if (!isTold(error)) onFatal(error)
      else if (!(error instanceof CodedError) && !this.#isStopped)
        log.warn('the runtime cannot be looked up', { why: error.message })
    }
    this.#isLooking = false
  }

  async #choose(height: bigint): Promise<void> {
    const { ask, id, hosted, preWarmEpochs, onDescriptor } = this.#options
    const [now, future] = await Promise.all([
      ask('Beacon/GetEpoch', LAST_HEIGHT),
      ask('Beacon/GetFutureEpoch', LAST_HEIGHT),
    ])
    const epoch = future?.height === height + 1n ? future.epoch : now
    if (epoch === this.#epoch || this.#isStopped) return
    const query = { height: LAST_HEIGHT, id, includeSuspended: true }
    const descriptor = await ask('Registry/GetRuntime', query)
    const choice = decideVersions(descriptor, { epoch, preWarmEpochs })
    this.#epoch = epoch
    this.#warnOf(choice.active)
    await hosted?.choose(choice)
    if (!this.#isStopped) onDescriptor(descriptor)
  }

  #warnOf(due: Version | undefined): void {
    const { hosted, id, log } = this.#options
    if (hosted === undefined || due === undefined || hosted.has(due)) return
    log.error('there is no program for the version that is due; add its bundle', {
      runtime: toHex(id),
      due: printVersion(due),
      key: 'runtime.paths',
    })
  }
}
