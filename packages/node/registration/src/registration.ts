/**
 * Keeps a node registered: carries out what `step.ts` decides. It is told of blocks, asks the
 * chain about epochs and about the node's owner, and submits what the node says of itself.
 */

import { drawWaitMs } from '@wadi/base/backoff'
import { equalBytes } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import { encode } from '@wadi/cbor/codec'
import type { RegistrationStatus } from '@wadi/consensus/control'
import type { NodeStatus } from '@wadi/consensus/registry'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { Entity } from '@wadi/primitives/entity'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { afterFailure, afterSuccess, NO_ATTEMPT } from './attempts.ts'
import {
  forgetDeregistration,
  isDeregistering,
  rememberDeregistration,
} from './deregistrationFile.ts'
import { drawDueHeight } from './dueHeight.ts'
import {
  type Attempt,
  askEntity,
  type EnrolParts,
  enrol,
  isInRegistry,
  isRefusal,
} from './enrol.ts'
import { REGISTRATION_WAIT_MS_MAX, WAIT_MS_FIRST } from './limits.ts'
import { countRegistration, type RegistrationMetrics } from './metrics.ts'
import { showStanding } from './nodeStanding.ts'
import { type RolePlace, Roles } from './roles.ts'
import {
  beginRegistration,
  type RegistrationEffect,
  type RegistrationInput,
  type RegistrationState,
  stepRegistration,
} from './step.ts'
import { waitUntilSynced } from './waitUntilSynced.ts'

/** What registration is made of. */
export interface RegistrationOptions extends Omit<EnrolParts, 'owner'> {
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly random: RandomSource
    readonly files: FileSystem
    readonly metrics: MetricsRegistry
    readonly log: Logger
  }
  /** Where it is kept that the operator wants the node to leave. */
  readonly dataDir: string
  /** A node that nobody owns is never registered. */
  readonly owner: PublicKey | undefined
  readonly isValidator: boolean
  /** The runtimes that the node serves, for metrics. */
  readonly runtimes?: () => readonly Namespace[]
  /** The node has left the network because the operator wanted it to, and may stop. */
  readonly onLeft: () => void
  /** Is told of what is a fault of ours. */
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export interface Registration {
  start(): void
  /** Ends everything; the node stays registered until that expires. */
  stop(): void
  /** To be called when a block has been applied and can be asked about. */
  applied(height: bigint): void
  /** A place in the descriptor for a part of the node; without it the node is not registered. */
  addRole(role: number): RolePlace
  /**
   * Has the node leave the network; resolves when it has. Throws if that cannot be made to
   * survive a restart, and may then be called again.
   */
  requestShutdown(): Promise<void>
  status(): RegistrationStatus
}

/** Makes a registration that has not started. */
export function createRegistration(options: RegistrationOptions): Registration {
  return new Registrar(options)
}

const LAST_HEIGHT = 0n
const MS_PER_SECOND = 1000
const WAITS = { firstMs: WAIT_MS_FIRST, maxMs: REGISTRATION_WAIT_MS_MAX }

class Registrar implements Registration {
  readonly #options: RegistrationOptions
  readonly #metrics: RegistrationMetrics
  readonly #roles: Roles
  readonly #id: PublicKey
  readonly #life = new AbortController()
  readonly #left: Promise<void>
  #resolveLeft: () => void = () => undefined
  #state: RegistrationState
  #status: RegistrationStatus = NO_ATTEMPT
  #timer: Timer | undefined
  #height = 0n
  /** The owner's descriptor as it was seen last; undefined before it was looked for. */
  #owner: Uint8Array | undefined
  #isLooking = false
  /** Has something happened since the chain was looked at last? */
  #isLookDue = false

  constructor(options: RegistrationOptions) {
    const { world, dataDir, owner, signers, isValidator } = options
    this.#options = options
    this.#metrics = countRegistration(world.metrics)
    this.#id = PublicKey.check(signers.node.publicKey)
    this.#left = new Promise((resolve) => {
      this.#resolveLeft = resolve
    })
    const isLeaving = isDeregistering(world.files, dataDir)
    this.#state = beginRegistration({ hasOwner: owner !== undefined, isLeaving })
    this.#roles = new Roles(() => {
      this.#tell({ kind: 'roles', areReady: this.#roles.areReady })
    })
    if (isValidator) this.addRole(ROLES.validator).ready((descriptor) => descriptor)
  }

  get #isOver(): boolean {
    return this.#life.signal.aborted
  }

  start(): void {
    this.#tell({ kind: 'started' })
    if (this.#state.phase === 'syncing') this.#run(() => this.#waitUntilSynced())
  }

  stop(): void {
    this.#life.abort()
    this.#timer?.cancel()
    this.#metrics.registered.set(0)
    this.#resolveLeft()
  }

  applied(height: bigint): void {
    this.#height = height
    this.#look()
  }

  addRole(role: number): RolePlace {
    return this.#roles.add(role)
  }

  requestShutdown(): Promise<void> {
    this.#tell({ kind: 'leave' })
    return this.#left
  }

  status(): RegistrationStatus {
    return this.#status
  }

  #tell(input: RegistrationInput): void {
    if (this.#isOver) return
    const { state, effects } = stepRegistration(this.#state, input)
    // Should that fail, nothing has happened.
    if (effects.some(({ kind }) => kind === 'remember-leaving')) this.#remember()
    this.#state = state
    for (const effect of effects) this.#act(effect)
  }

  #act(effect: RegistrationEffect): void {
    const { timers, random } = this.#options.world
    switch (effect.kind) {
      case 'register':
        this.#run(() => this.#attempt(effect.epoch))
        break
      case 'set-timer': {
        const waitMs = drawWaitMs(effect.failures, WAITS, random)
        this.#timer = timers.after(waitMs, () => this.#tell({ kind: 'timer' }))
        break
      }
      case 'cancel-timer':
        this.#timer?.cancel()
        break
      case 'remember-leaving':
        break
      case 'forget-leaving':
        this.#forget()
        break
      case 'look':
        this.#run(() => this.#lookForNode())
        break
      case 'end':
        this.#end()
    }
  }

  #remember(): void {
    const { world, dataDir } = this.#options
    rememberDeregistration(world.files, dataDir)
    world.log.info('the node leaves the network: it is not registered again')
  }

  #forget(): void {
    const { world, dataDir } = this.#options
    try {
      forgetDeregistration(world.files, dataDir)
    } catch (error) {
      if (!isTold(error)) throw error
      world.log.error('the node would leave the network again after its next start', {
        why: error.message,
      })
    }
  }

  #end(): void {
    const { world, onLeft } = this.#options
    world.log.info('the node has left the network')
    this.#metrics.registered.set(0)
    this.#resolveLeft()
    // Whoever waits is told before everything stops.
    world.timers.after(0, () => {
      if (!this.#isOver) onLeft()
    })
  }

  async #waitUntilSynced(): Promise<void> {
    const { ask, world } = this.#options
    if (!(await waitUntilSynced(ask, world, this.#life.signal))) return
    this.#tell({ kind: 'synced' })
    this.#look()
  }

  /** Looks at the chain as it is now; once more if there is another block meanwhile. */
  #look(): void {
    this.#isLookDue = true
    if (!this.#isLooking) this.#run(() => this.#lookWhileDue())
  }

  async #lookWhileDue(): Promise<void> {
    this.#isLooking = true
    while (this.#isLookDue && !this.#isOver) {
      this.#isLookDue = false
      try {
        await this.#lookOnce()
      } catch (error) {
        if (!isTold(error)) throw error
        // That there are no blocks yet, or that the node has just stopped, is no news.
        if (error instanceof UnavailableError && !this.#isOver)
          this.#options.world.log.warn('the chain cannot be looked at', { why: error.message })
      }
    }
    this.#isLooking = false
  }

  async #lookOnce(): Promise<void> {
    const { phase } = this.#state
    if (phase === 'leaving') this.#tell({ kind: 'block', height: this.#height })
    if (phase !== 'registering') return
    const height = this.#height
    const { ask } = this.#options
    const epoch = await ask('Beacon/GetEpoch', LAST_HEIGHT, this.#life.signal)
    if (epoch !== this.#state.epoch) {
      const { random } = this.#options.world
      const dueHeight = await drawDueHeight(ask, random, { epoch, signal: this.#life.signal })
      this.#tell({ kind: 'epoch', epoch, dueHeight })
    }
    await this.#lookAtOwner()
    this.#tell({ kind: 'block', height })
    await this.#lookAtStanding(epoch)
  }

  async #lookAtOwner(): Promise<void> {
    const { ask, owner } = this.#options
    if (owner === undefined) return
    const entity = await askEntity(ask, owner, this.#life.signal)
    const seen = entity === undefined ? new Uint8Array(0) : encode(Entity, entity)
    const isNew = this.#owner !== undefined && !equalBytes(this.#owner, seen)
    this.#owner = seen
    if (isNew) this.#tell({ kind: 'owner' })
  }

  async #lookAtStanding(epoch: Epoch): Promise<void> {
    if (this.#status.descriptor === undefined) return
    const nodeStatus = await this.#askStanding()
    this.#status = { ...this.#status, nodeStatus }
    const runtimes = this.#options.runtimes?.() ?? []
    if (nodeStatus !== undefined) showStanding(this.#metrics, nodeStatus, { epoch, runtimes })
  }

  async #askStanding(): Promise<NodeStatus | undefined> {
    const question = { height: LAST_HEIGHT, id: this.#id }
    try {
      return await this.#options.ask('Registry/GetNodeStatus', question, this.#life.signal)
    } catch (error) {
      if (isRefusal(error, registryErrors.noSuchNode())) return undefined
      throw error
    }
  }

  async #lookForNode(): Promise<void> {
    let isRegistered = true
    try {
      isRegistered = await isInRegistry(this.#options.ask, this.#id, this.#life.signal)
    } catch (error) {
      if (!isTold(error)) throw error
    }
    this.#tell({ kind: 'looked', isRegistered })
  }

  async #attempt(epoch: Epoch): Promise<void> {
    const { owner } = this.#options
    if (owner === undefined) return
    const { describe, registered } = this.#roles.filled()
    const { signal } = this.#life
    const attempt = await enrol({ ...this.#options, owner }, { epoch, describe, signal })
    if (this.#isOver) return
    this.#note(epoch, attempt)
    this.#tell({ kind: 'attempted', outcome: attempt.kind })
    if (attempt.kind === 'registered') registered()
    this.#look()
  }

  #note(epoch: Epoch, attempt: Attempt): void {
    const { clock, log } = this.#options.world
    const time = BigInt(Math.floor(clock.unixMs() / MS_PER_SECOND))
    switch (attempt.kind) {
      case 'registered':
        this.#status = afterSuccess(this.#status, time, attempt.descriptor)
        this.#metrics.registered.set(1)
        log.info('the node is registered', { epoch, until: attempt.descriptor.expiration })
        break
      case 'deferred':
        log.warn('not registered yet: the owner has to be, and has to vouch for the node', {
          why: attempt.why,
        })
        break
      case 'failed': {
        const why = attempt.error.message
        this.#status = afterFailure(this.#status, time, { epoch, why })
        this.#metrics.registered.set(0)
        log.error('the node could not be registered', { epoch, why })
      }
    }
  }

  #run(work: () => Promise<void>): void {
    work().catch((error) => this.#options.onFatal(error))
  }
}
