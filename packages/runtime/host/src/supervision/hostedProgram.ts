/** A runtime that is started, watched, ended when it does wrong, and started again. */

import type { Clock } from '@wadi/base/clock'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type {
  CallOptions,
  HostedRuntime,
  RuntimeEvent,
  RuntimeFault,
  RuntimeRequestKind,
} from '@wadi/contracts/runtime-host'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Version } from '@wadi/primitives/version'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import type { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { deadlineOf } from '../connection/deadlines.ts'
import type { Serve } from '../connection/runtimeConnection.ts'
import type { HostInformation } from '../connection/shakeHands.ts'
import { RuntimeFaultError, unavailable } from '../errors.ts'
import type { Launcher } from '../launcher.ts'
import { CALLS_MAX, SMOOTH_MS } from '../limits.ts'
import { LineSplitter } from '../logs/lineSplitter.ts'
import { type LoggedLine, LogRing } from '../logs/logRing.ts'
import { type CallObserver, isLate } from '../metrics.ts'
import { nextRestart, type Restarts } from './restarts.ts'
import { RuntimeSession } from './runtimeSession.ts'
import { Waiting } from './waiting.ts'

/** What hosting takes of the world. */
export interface HostWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
  /** What must not have happened: whoever composes the node stops it. */
  readonly onBug: (error: unknown) => void
}

/** A version of a runtime, and how it is run. */
export interface HostedOptions {
  readonly host: HostInformation
  readonly version: Version
  /** Programs beside the runtime on the chain may be any version. */
  readonly checksVersion: 'yes' | 'no'
  readonly launcher: Launcher
  readonly serve: Serve
  readonly world: HostWorld
  /** Hears of each call when it is over. */
  readonly observer?: CallObserver
  /** Takes each line that the runtime writes, as it comes. */
  readonly onLine?: (line: string) => void
}

/** What came of one life of the program. */
interface Life {
  readonly hasStarted: boolean
  readonly fault: RuntimeFault
  readonly ranMs: number
}

/** Where a program is. */
type Phase = 'idle' | 'starting' | 'running' | 'ended'

/** See the top of this file. */
export class HostedProgram implements HostedRuntime {
  readonly id: Namespace
  readonly version: Version
  readonly capabilityTee = undefined
  readonly #options: HostedOptions
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()
  readonly #logs = new LogRing()
  readonly #lines: LineSplitter
  /** Those who wait until it runs, or runs no more. */
  readonly #waiting: Waiting
  #phase: Phase = 'idle'
  #stop = new AbortController()
  #session: RuntimeSession | undefined
  #life: Promise<void> | undefined
  #calls = 0

  constructor(options: HostedOptions) {
    const { host, version, world, onLine } = options
    this.#options = options
    this.#waiting = new Waiting(world)
    this.id = host.runtimeId
    this.version = version
    this.#lines = new LineSplitter((line) => {
      this.#logs.add({ unixMs: world.clock.unixMs(), line })
      onLine?.(line)
    })
  }

  get info(): RuntimeInfoResponse | undefined {
    return this.#session?.info
  }

  /** The last lines that it wrote, those after a moment. */
  logs(sinceUnixMs: number): readonly LoggedLine[] {
    return this.#logs.since(sinceUnixMs)
  }

  start(): void {
    if (this.#phase !== 'idle' && this.#phase !== 'ended') return
    this.#phase = 'starting'
    this.#stop = new AbortController()
    this.#life = this.#live().catch(this.#options.world.onBug)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#session?.end({ kind: 'stopped', detail: 'it is not wanted any more' })
    await this.#life
  }

  watch(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async call<K extends RuntimeRequestKind>(
    request: Request<K>,
    { deadlineMs, signal }: CallOptions = {},
  ): Promise<AnswerTo<K>> {
    if (this.#calls >= CALLS_MAX) throw unavailable('busy', 'too many calls to the runtime')
    const { ms, late } = deadlineOf(request.kind)
    const { clock } = this.#options.world
    const begunMs = clock.monotonicMs()
    const endMs = begunMs + (deadlineMs ?? ms)
    const tell = (outcome: 'answered' | 'failed' | 'late') =>
      this.#options.observer?.ended(request.kind, clock.monotonicMs() - begunMs, outcome)
    this.#calls++
    try {
      const patience = { endMs, signal }
      const { connection } = await this.#waiting.until(() => this.#running(), patience)
      const leftMs = Math.max(0, endMs - clock.monotonicMs())
      const answer = await connection.ask(request, { deadlineMs: leftMs, signal })
      tell('answered')
      return answer
    } catch (error) {
      tell(isLate(error) ? 'late' : 'failed')
      if (late === 'abort' && isOverdue(error)) void this.abort('give-up').catch(this.#bug)
      throw error
    } finally {
      this.#calls--
    }
  }

  async abort(how: 'give-up' | 'restart'): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    if (how === 'give-up' && (await session.giveUp())) return
    const isHang = how === 'give-up'
    session.end({
      kind: isHang ? 'hang' : 'restarted',
      detail: isHang ? 'it does not give up its work' : 'a worker wanted it to begin anew',
    })
    await session.ended
    while (this.#phase === 'starting' || this.#session === session) {
      await this.#waiting.change()
    }
  }

  get #bug(): (error: unknown) => void {
    return this.#options.world.onBug
  }

  /** One life after the other, until somebody stops it or it is given up. */
  async #live(): Promise<void> {
    const { clock, random } = this.#options.world
    let restarts: Restarts = { count: 0, sinceMs: clock.monotonicMs() }
    for (;;) {
      const life = await this.#liveOnce()
      if (life.ranMs >= SMOOTH_MS) restarts = { count: 0, sinceMs: clock.monotonicMs() }
      const next = this.#stop.signal.aborted
        ? undefined
        : nextRestart(restarts, clock.monotonicMs(), random)
      this.#tellEnd(life, next?.delayMs)
      if (next === undefined) break
      restarts = next.restarts
      await this.#pause(next.delayMs)
      if (this.#stop.signal.aborted) break
    }
    this.#become('ended', undefined)
  }

  async #liveOnce(): Promise<Life> {
    const { clock, timers, log } = this.#options.world
    const { checksVersion, launcher, host, serve } = this.#options
    const expected = checksVersion === 'yes' ? this.version : undefined
    const output = (piece: Uint8Array) => this.#lines.push(piece)
    const frames = this.#options.observer?.frames
    const given = { launcher, host, expected, serve, timers, output, onBug: this.#bug, frames }
    try {
      const session = await RuntimeSession.open(given, this.#stop.signal)
      const startedMs = clock.monotonicMs()
      log.info('runtime started', { kind: launcher.kind })
      this.#become('running', session)
      this.#tell({ kind: 'started', info: session.info })
      const fault = await session.ended
      return { hasStarted: true, fault, ranMs: clock.monotonicMs() - startedMs }
    } catch (error) {
      if (!isTold(error)) throw error
      return { hasStarted: false, fault: faultOf(error), ranMs: 0 }
    } finally {
      this.#lines.flush()
      this.#become('starting', undefined)
    }
  }

  #tellEnd({ hasStarted, fault }: Life, retryMs: number | undefined): void {
    const isWanted = !this.#stop.signal.aborted
    const { log } = this.#options.world
    if (isWanted) log.warn('runtime ended', { fault: fault.kind, detail: fault.detail, retryMs })
    if (!hasStarted && isWanted) this.#tell({ kind: 'failed-to-start', fault, retryMs })
    else if (hasStarted)
      this.#tell({ kind: 'stopped', fault: isWanted ? fault : undefined, retryMs })
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #become(phase: Phase, session: RuntimeSession | undefined): void {
    this.#phase = phase
    this.#session = session
    this.#waiting.wake()
  }

  #running(): RuntimeSession | undefined {
    const isOver = this.#phase === 'idle' || this.#phase === 'ended'
    if (isOver) throw unavailable('notRunning', 'the runtime does not run')
    return this.#session
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const goOn = () => resolve()
    const timer = this.#options.world.timers.after(ms, goOn)
    const { signal } = this.#stop
    signal.addEventListener('abort', goOn, { once: true })
    await promise
    signal.removeEventListener('abort', goOn)
    timer.cancel()
  }
}

function isOverdue(error: unknown): boolean {
  return isTold(error) && 'reason' in error && error.reason === 'runtimeHost.overdue'
}

function faultOf(error: Error): RuntimeFault {
  if (error instanceof RuntimeFaultError) return error.fault
  return { kind: 'no-start', detail: error.message }
}
