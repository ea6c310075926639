/** Several versions of a runtime as one that is hosted: the active one answers. */

import type { Clock } from '@wadi/base/clock'
import { assert, isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type {
  CallOptions,
  HostedRuntime,
  RuntimeEvent,
  RuntimeRequestKind,
} from '@wadi/contracts/runtime-host'
import type { Namespace } from '@wadi/primitives/namespace'
import type { CapabilityTee } from '@wadi/primitives/node'
import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import type { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { deadlineOf } from '../connection/deadlines.ts'
import { Waiting } from '../supervision/waiting.ts'
import type { VersionChoice } from './decideVersions.ts'
import {
  NO_VERSIONS,
  stepVersions,
  type VersionsEffect,
  type VersionsInput,
} from './stepVersions.ts'

/** What versions are changed with. */
export interface VersionedWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
  readonly onBug: (error: unknown) => void
}

/** What the next version has to know before it is asked anything. */
const TOLD_TO_NEXT: ReadonlySet<RuntimeRequestKind> = new Set<RuntimeRequestKind>([
  'RuntimeConsensusSyncRequest',
  'RuntimeKeyManagerStatusUpdateRequest',
  'RuntimeKeyManagerQuotePolicyUpdateRequest',
])

/** See the top of this file. */
export class VersionedRuntime implements HostedRuntime {
  readonly id: Namespace
  readonly #world: VersionedWorld
  readonly #waiting: Waiting
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()
  readonly #hosted = new Map<string, HostedRuntime>()
  #state = NO_VERSIONS
  #active: HostedRuntime | undefined
  #unwatch: (() => void) | undefined
  #isRunning = false
  /** What has still to be carried out: one thing after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(id: Namespace, world: VersionedWorld) {
    this.id = id
    this.#world = world
    this.#waiting = new Waiting(world)
  }

  get version(): Version | undefined {
    return this.#active?.version
  }

  get info(): RuntimeInfoResponse | undefined {
    return this.#active?.info
  }

  get capabilityTee(): CapabilityTee | undefined {
    return this.#active?.capabilityTee
  }

  /** A version is there, and starts when it is due. Somebody else has not started it. */
  add(hosted: HostedRuntime): void {
    const { version } = hosted
    assert(version !== undefined, 'a version of its own')
    this.#hosted.set(printVersion(version), hosted)
    this.#step({ kind: 'added', version })
  }

  /** Those that are there and can be run, in their order; others are forgotten. */
  get versions(): readonly Version[] {
    const all = Array.from(this.#hosted.values(), ({ version }) => version)
    return all.filter((version) => version !== undefined).toSorted(compareVersions)
  }

  /** Is the version there? */
  has(version: Version): boolean {
    return this.#hosted.has(printVersion(version))
  }

  /** Changes what runs. Done when it does, or as far as it is there. */
  choose(choice: VersionChoice): Promise<void> {
    this.#step({ kind: 'chosen', choice })
    return this.#work
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const { active, next } = this.#state.running
    for (const version of [active, next]) {
      if (version !== undefined) this.#carryOut({ kind: 'start', version })
    }
    this.#carryOut({ kind: 'activate', version: active })
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    await this.#work
    await Promise.all(Array.from(this.#hosted.values(), (hosted) => hosted.stop()))
    this.#waiting.wake()
  }

  watch(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async call<K extends RuntimeRequestKind>(
    request: Request<K>,
    options: CallOptions = {},
  ): Promise<AnswerTo<K>> {
    const { clock } = this.#world
    const { deadlineMs = deadlineOf(request.kind).ms, signal } = options
    const endMs = clock.monotonicMs() + deadlineMs
    const active = await this.#waiting.until(() => this.#active, { endMs, signal })
    if (TOLD_TO_NEXT.has(request.kind)) this.#tellNext(request, options)
    const leftMs = Math.max(0, endMs - clock.monotonicMs())
    return active.call(request, { ...options, deadlineMs: leftMs })
  }

  async abort(how: 'give-up' | 'restart'): Promise<void> {
    await this.#active?.abort(how)
  }

  #tellNext<K extends RuntimeRequestKind>(request: Request<K>, options: CallOptions): void {
    const { next } = this.#state.running
    const hosted = next && this.#hosted.get(printVersion(next))
    hosted?.call(request, options).catch((error: unknown) => {
      if (!isTold(error)) this.#world.onBug(error)
      else this.#world.log.warn('next version was not told', { kind: request.kind })
    })
  }

  #step(input: VersionsInput): void {
    const { state, effects } = stepVersions(this.#state, input)
    this.#state = state
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: VersionsEffect): void {
    const work = this.#workOf(effect)
    this.#work = this.#work.then(work).catch(this.#world.onBug)
  }

  /** It is about the program of now: by its turn there may be another one with this version. */
  #workOf(effect: VersionsEffect): () => void | Promise<void> {
    switch (effect.kind) {
      case 'start': {
        const hosted = this.#named(effect.version)
        return () => {
          if (this.#isRunning) hosted.start()
        }
      }
      case 'stop': {
        const hosted = this.#named(effect.version)
        return () => this.#end(hosted)
      }
      case 'forget':
        this.#hosted.delete(printVersion(effect.version))
        return () => undefined
      case 'activate': {
        const hosted = effect.version && this.#named(effect.version)
        return () => this.#activate(hosted)
      }
      case 'tell-changed':
        return () => this.#tell({ kind: 'versions-changed' })
    }
  }

  /** Whoever calls meanwhile waits for what comes next. */
  async #end(hosted: HostedRuntime): Promise<void> {
    if (this.#active === hosted) this.#active = undefined
    await hosted.stop()
  }

  #named(version: Version): HostedRuntime {
    const hosted = this.#hosted.get(printVersion(version))
    assert(hosted !== undefined, 'a version that runs is there')
    return hosted
  }

  /** From here on it is asked, and heard. One that has become warm has started already. */
  #activate(hosted: HostedRuntime | undefined): void {
    this.#unwatch?.()
    this.#active = hosted
    this.#unwatch = hosted?.watch((event) => this.#tell(event))
    this.#tell({ kind: 'versions-changed' })
    if (hosted?.info !== undefined) this.#tell({ kind: 'started', info: hosted.info })
    this.#waiting.wake()
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
