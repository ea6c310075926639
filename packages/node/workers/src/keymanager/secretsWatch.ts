/** Reads, height by height, what a node that keeps secrets has to know of the consensus layer. */

import { equalBytes } from '@wadi/base/bytes'
import type { Logger } from '@wadi/base/log'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Parameters } from '@wadi/consensus/beacon'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { type AccessSources, clientRuntimes } from '@wadi/runtime-keymanager/worker/access'
import type { SeenEpoch, SeenInput } from '@wadi/runtime-keymanager/worker/input'
import type { Ask } from '../chain.ts'
import { WATCH_RETRY_MS } from '../limits.ts'
import { SoleWork } from '../shells/soleWork.ts'
import { ephemeralSecretAt, masterSecretAt, statusAt } from './keyManagerState.ts'

/** What is watched, and who is told. */
export interface SecretsWatchOptions {
  readonly ask: Ask
  readonly keyManagerId: Namespace
  readonly random: RandomSource
  readonly timers: Timers
  readonly log: Logger
  readonly tell: (seen: SeenInput) => void
  /** Somebody registered, or another committee was elected. */
  readonly tellAccess: (sources: AccessSources, descriptor: Runtime | undefined) => void
  readonly onFatal: (error: unknown) => void
}

const DRAWS = 2 ** 32

/** See the top of this file. */
export class SecretsWatch {
  readonly #options: SecretsWatchOptions
  readonly #work: SoleWork
  /** The last height that there is. */
  #height = 0n
  /** What was told last. */
  #told: { readonly height: bigint; readonly epoch: Epoch | undefined } = {
    height: 0n,
    epoch: undefined,
  }
  #epoch: SeenEpoch | undefined

  constructor(options: SecretsWatchOptions) {
    this.#options = options
    this.#work = new SoleWork({
      ...options,
      work: () => this.#look(),
      failure: 'the consensus layer cannot be read',
      retryMs: () => WATCH_RETRY_MS,
    })
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    if (height <= this.#height) return
    this.#height = height
    this.#work.go()
  }

  /** Tells nothing more; answers when it has come to rest. */
  stop(): Promise<void> {
    return this.#work.stop()
  }

  /** Heights are left out if they come faster than they can be read. */
  async #look(): Promise<void> {
    const { ask, keyManagerId: id, tell } = this.#options
    const height = this.#height
    const query = { id, height }
    const [number, status, masterSecret, ephemeralSecret] = await Promise.all([
      ask('Beacon/GetEpoch', height),
      statusAt(ask, query),
      masterSecretAt(ask, query),
      ephemeralSecretAt(ask, query),
    ])
    const epoch = await this.#epochAt(height, number)
    const { height: before, epoch: epochBefore } = this.#told
    const isFollowed = before === height - 1n && epochBefore === number
    if (!isFollowed || (await this.#hasAccessMoved(height))) await this.#lookAtAccess(height)
    if (this.#work.isStopped) return
    this.#told = { height, epoch: number }
    tell({ kind: 'seen', height, epoch, status, masterSecret, ephemeralSecret })
  }

  async #epochAt(height: bigint, number: Epoch): Promise<SeenEpoch> {
    if (this.#epoch?.number === number) return this.#epoch
    const { ask, random } = this.#options
    const [parameters, firstHeight] = await Promise.all([
      ask('Beacon/ConsensusParameters', height),
      ask('Beacon/GetEpochBlock', number),
    ])
    const draw = randomBelow(random, DRAWS)
    this.#epoch = { number, firstHeight, interval: intervalOf(parameters), draw }
    return this.#epoch
  }

  /** Within an epoch nodes register, and slashing makes another election. */
  async #hasAccessMoved(height: bigint): Promise<boolean> {
    const { ask } = this.#options
    const [registrations, transfers] = await Promise.all([
      ask('Registry/GetEvents', height),
      ask('Staking/GetEvents', height),
    ])
    return registrations.length > 0 || transfers.some(({ escrow }) => escrow?.take !== undefined)
  }

  async #lookAtAccess(height: bigint): Promise<void> {
    const { ask, keyManagerId, tellAccess } = this.#options
    const [nodes, runtimes] = await Promise.all([
      ask('Registry/GetNodes', height),
      ask('Registry/GetRuntimes', { height, includeSuspended: true }),
    ])
    const sources = { keyManagerId, nodes, runtimes, committees: [] }
    const committees = await Promise.all(
      clientRuntimes(sources).map(({ id: runtimeId }) =>
        ask('Scheduler/GetCommittees', { height, runtimeId }),
      ),
    )
    if (this.#work.isStopped) return
    const descriptor = runtimes.find(({ id }) => equalBytes(id, keyManagerId))
    tellAccess({ ...sources, committees: committees.flat() }, descriptor)
  }
}

/** Where epochs come when somebody says so, nobody knows how long they are. */
function intervalOf({ debugMockBackend, backend, ...parameters }: Parameters): bigint {
  if (debugMockBackend) return 0n
  const { insecureParameters, vrfParameters } = parameters
  return (backend === 'vrf' ? vrfParameters : insecureParameters)?.interval ?? 0n
}
