/** The process of a server that is flooded, and what it says of itself. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ServerLimits } from '../server/options.ts'

const PROGRAM = fileURLToPath(new URL('./floodedServer.ts', import.meta.url))
const POLL_MS = 10
/** What everybody who watches is told, and how often. */
export const TOLD_BYTES = 65_536
export const TELL_MS = 10

/** What a server has at a moment. */
export interface FloodedState {
  /** Of the whole process. */
  readonly residentBytes: number
  readonly heldBytes: number
  readonly connections: number
  /** Streams that were ever begun, and how many of them are over. */
  readonly streams: number
  readonly released: number
  /** That streams took, to be sent when their clients have room. */
  readonly toldBytes: number
  readonly failures: number
}

/** See the top of this file. */
export class FloodedServer implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(limits: Partial<ServerLimits>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'wadi-flood-'))
    this.path = join(this.#folder, 's')
    const execArgv = ['--expose-gc', '--max-semi-space-size=8']
    this.#child = fork(PROGRAM, [this.path, JSON.stringify(limits)], { execArgv })
  }

  static async start(limits: Partial<ServerLimits> = {}): Promise<FloodedServer> {
    const server = new FloodedServer(limits)
    await once(server.#child, 'message')
    return server
  }

  /** What it has, when it has thrown away what nobody holds. */
  state(): Promise<FloodedState> {
    return this.#ask('collected')
  }

  /** Looks again and again until something is so. */
  async until(isSo: (state: FloodedState) => boolean): Promise<FloodedState> {
    while (!isSo(await this.#ask('as it is'))) await sleep(POLL_MS)
    return await this.state()
  }

  async #ask(how: 'collected' | 'as it is'): Promise<FloodedState> {
    const answer = once(this.#child, 'message')
    this.#child.send(how)
    const [state] = await answer
    return state
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
