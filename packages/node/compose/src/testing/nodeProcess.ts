/** A node in a process of its own, to be started, asked to end, and killed. For tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import type { NodeFolder } from '../networkFolders.ts'

const POLL_MS = 25
/** PERF: a process that finds itself compiled starts in half of the time. */
const COMPILE_CACHE = join(tmpdir(), 'wadi-compile-cache')
/**
 * As `wadi-node` has itself started. Most of what it makes is gone soon, and a young space that
 * grows as it may takes more memory than everything that stays.
 * PERF: 171 MB in place of 212 for an idle validator.
 */
const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8']

/** How a node of a network for tests is started, whoever the user is. */
export function nodeArguments(program: string, configPath: string): readonly string[] {
  return [...NODE_FLAGS, program, '--config', configPath, '--debug.dont_blame_oasis']
}

const LOG_LINES = 15
/** How the files begin whose loss would let a validator sign twice. */
const SIGNED = 'oasis_priv_validator'

/** What a process needs of memory, garbage aside, in bytes. */
export interface LiveBytes {
  readonly heap: number
  /** Arrays of bytes, and the memory of kernels. */
  readonly external: number
}

/** What a process is started with so that its {@link LiveBytes} can be asked. */
const MEASURED_FLAGS = ['--expose-gc', `--import=${new URL('liveBytes.ts', import.meta.url)}`]

/** How a process ended: with a code, or by a signal. */
export type Ending = number | NodeJS.Signals | undefined

/** How it is started. */
export interface NodeProcessOptions {
  /** Can it be asked for its live bytes? */
  readonly isMeasured?: boolean
}

/** See the top of this file. */
export class NodeProcess {
  readonly address: string
  readonly #program: string
  readonly #folder: NodeFolder
  readonly #isMeasured: boolean
  #child: ChildProcess | undefined
  #isToEnd = false

  /** `program` is the path of `wadi-node`. */
  constructor(
    program: string,
    folder: NodeFolder,
    { isMeasured = false }: NodeProcessOptions = {},
  ) {
    this.#program = program
    this.#isMeasured = isMeasured
    this.#folder = folder
    this.address = folder.address
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.ending === undefined
  }

  /** How it ended last; undefined while it runs. */
  get ending(): Ending {
    return this.#child?.signalCode ?? this.#child?.exitCode ?? undefined
  }

  start(...flags: readonly string[]): void {
    assert(!this.isRunning, 'a node runs once')
    this.#isToEnd = false
    const errors = openSync(join(this.#folder.dataDir, 'stderr.log'), 'a', 0o600)
    const measuring = this.#isMeasured ? MEASURED_FLAGS : []
    const args = [...measuring, ...nodeArguments(this.#program, this.#folder.configPath), ...flags]
    const env = {
      ...process.env,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      WADI_LIVE_BYTES: this.#livePath,
    }
    this.#child = spawn(process.execPath, args, { env, stdio: ['ignore', errors, errors] })
  }

  /** Ends the process in the middle of whatever it does. */
  async kill(): Promise<Ending> {
    return this.#end('SIGKILL')
  }

  /** Asks it to end. */
  async stop(): Promise<Ending> {
    return this.#end('SIGTERM')
  }

  /** Sends it a signal after which it goes on. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Removes all that it stores, but for its keys and what it has signed. */
  wipe(): void {
    assert(!this.isRunning, 'a node that runs needs its folder')
    const application = join(this.#folder.dataDir, 'application')
    const consensus = join(this.#folder.dataDir, 'consensus')
    const stored = readdirSync(consensus).filter((name) => !name.startsWith(SIGNED))
    for (const path of [application, ...stored.map((name) => join(consensus, name))])
      rmSync(path, { recursive: true, force: true })
  }

  /** Bytes of memory that the process has, on Linux. */
  memoryBytes(): number | undefined {
    const { pid } = this.#child ?? {}
    if (pid === undefined || process.platform !== 'linux') return undefined
    const [, kilobytes] =
      /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes)
  }

  /** What it needs of memory, after it has collected all garbage, which takes it a second. */
  async liveBytes(): Promise<LiveBytes> {
    assert(this.#isMeasured && this.isRunning, 'a node that runs is measured')
    rmSync(this.#livePath, { force: true })
    this.signal('SIGUSR2')
    await until('the live bytes of a node', () => existsSync(this.#livePath))
    return JSON.parse(readFileSync(this.#livePath, 'utf8')) as LiveBytes
  }

  get #livePath(): string {
    return join(this.#folder.dataDir, 'live-bytes.json')
  }

  /** Stops a test whose node has ended by itself. */
  checkAlive(): void {
    const isKilled = this.#isToEnd || this.ending === undefined
    assert(isKilled, `${this.address} ended by itself (${this.ending}):\n${this.lastLines()}`)
  }

  /** What it said last. */
  lastLines(): string {
    const read = (name: string) => {
      const path = join(this.#folder.dataDir, name)
      const text = existsSync(path) ? readFileSync(path, 'utf8') : `there is no ${name}`
      return text.trimEnd().split('\n').slice(-LOG_LINES)
    }
    return [...read('node.log'), ...read('stderr.log')].join('\n')
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ending> {
    const child = this.#child
    if (child === undefined || this.ending !== undefined) return this.ending
    const ended = once(child, 'exit')
    this.#isToEnd = true
    child.kill(signal)
    await ended
    return this.ending
  }
}

/** Looks again and again until something is so. */
export async function until(what: string, isSo: () => boolean, msMax = 60_000): Promise<void> {
  const end = performance.now() + msMax
  while (!isSo()) {
    assert(performance.now() < end, `within ${msMax} ms: ${what}`)
    await sleep(POLL_MS)
  }
}
