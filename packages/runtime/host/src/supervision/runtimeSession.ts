/** One life of a runtime's program: from its start, over its handshake, to its end. */

import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import type { FrameCounter } from '@wadi/cbor/framing-metrics'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'
import type { Version } from '@wadi/primitives/version'
import type { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import { faultOfStream } from '../connection/faultOfStream.ts'
import { RuntimeConnection, type Serve } from '../connection/runtimeConnection.ts'
import { type HostInformation, shakeHands } from '../connection/shakeHands.ts'
import { RuntimeFaultError } from '../errors.ts'
import type { LaunchedProgram, Launcher, OutputSink } from '../launcher.ts'
import { ABORT_MS, PING_INTERVAL_MS, PING_MS } from '../limits.ts'

/** Who starts what, and who answers. */
export interface SessionOptions {
  readonly launcher: Launcher
  readonly host: HostInformation
  /** The version that it must be; undefined where nobody knows in advance. */
  readonly expected: Version | undefined
  readonly serve: Serve
  readonly timers: Timers
  readonly output: OutputSink
  readonly onBug: (error: unknown) => void
  readonly frames?: FrameCounter | undefined
}

/** See the top of this file. */
export class RuntimeSession {
  readonly connection: RuntimeConnection
  /** Resolves, with the reason, when nothing of the program is left. */
  readonly ended: Promise<RuntimeFault>
  readonly #timers: Timers
  readonly #onBug: (error: unknown) => void
  #watchdog: Timer | undefined
  #hasEnded = false
  #info: RuntimeInfoResponse | undefined

  private constructor(program: LaunchedProgram, options: SessionOptions) {
    const { serve, timers, onBug, frames } = options
    this.#timers = timers
    this.#onBug = onBug
    this.connection = new RuntimeConnection({
      stream: program.stream,
      serve,
      timers,
      onBug,
      frames,
    })
    void program.ended.then((detail) => this.end(endOf(program, detail)))
    this.ended = this.connection.run().then((fault) => this.#bury(program, fault))
  }

  /** Rejects with a `RuntimeFaultError`; then nothing is left. */
  static async open(options: SessionOptions, signal: AbortSignal): Promise<RuntimeSession> {
    const { launcher, host, expected, output } = options
    const session = new RuntimeSession(await launcher.launch(output, signal), options)
    const cancel = () => session.end(UNWANTED)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      session.#info = await shakeHands(session.connection, host, expected)
    } catch (error) {
      const isFault = error instanceof RuntimeFaultError
      session.end(isFault ? error.fault : noHandshake(error))
      if (!isTold(error)) throw error
      throw new RuntimeFaultError(await session.ended)
    } finally {
      signal.removeEventListener('abort', cancel)
    }
    session.connection.makeReady()
    session.#watch()
    return session
  }

  /** What the runtime announced. */
  get info(): RuntimeInfoResponse {
    return this.#info!
  }

  /** Ends the program, whatever it does. The first reason is the one that counts. */
  end(fault: RuntimeFault): void {
    this.connection.close(fault)
  }

  /** Has the runtime give up what it works on. Did it? */
  async giveUp(): Promise<boolean> {
    return this.#asks({ kind: 'RuntimeAbortRequest', body: {} }, ABORT_MS)
  }

  /** Asks from time to time whether it lives. What has a deadline of its own is watched by that. */
  #watch(): void {
    if (this.#hasEnded) return
    this.#watchdog = this.#timers.after(PING_INTERVAL_MS, () => {
      if (this.connection.isAtWork) this.#watch()
      else this.#ping().catch(this.#onBug)
    })
  }

  async #ping(): Promise<void> {
    if (await this.#asks({ kind: 'RuntimePingRequest', body: {} }, PING_MS)) this.#watch()
    else this.end({ kind: 'hang', detail: 'it does not answer' })
  }

  async #asks(
    request: Parameters<RuntimeConnection['ask']>[0],
    deadlineMs: number,
  ): Promise<boolean> {
    try {
      await this.connection.ask(request, { deadlineMs })
      return true
    } catch (error) {
      if (!isTold(error)) throw error
      return false
    }
  }

  async #bury(program: LaunchedProgram, fault: RuntimeFault): Promise<RuntimeFault> {
    this.#hasEnded = true
    this.#watchdog?.cancel()
    program.kill()
    const how = await program.ended
    // The end of a process is often seen first by its socket.
    const isDeath = fault.kind === 'gone' && how !== 'SIGKILL'
    return isDeath ? { kind: 'died', detail: how } : fault
  }
}

/** One whose stream has failed already, which nobody has read yet, ended for that. */
function endOf({ stream }: LaunchedProgram, detail: string): RuntimeFault {
  const { errored } = stream
  const fault = errored === null ? undefined : faultOfStream(errored)
  return fault ?? { kind: 'died', detail }
}

const UNWANTED: RuntimeFault = { kind: 'stopped', detail: 'it is not wanted any more' }

function noHandshake(error: unknown): RuntimeFault {
  const isLate = error instanceof UnavailableError
  const detail = isLate ? 'it did not say who it is' : `it refuses its host: ${String(error)}`
  return { kind: 'no-start', detail }
}
