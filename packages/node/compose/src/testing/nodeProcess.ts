/** A node in a process of its own, to be started, asked to end, and killed. For tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
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

/** How a process ended: with a code, or by a signal. */
export type Ending = number | NodeJS.Signals | undefined

/** See the top of this file. */
export class NodeProcess {
  readonly address: string
  readonly #program: string
  readonly #folder: NodeFolder
  #child: ChildProcess | undefined
  #isToEnd = false

  /** `program` is the path of `wadi-node`. */
  constructor(program: string, folder: NodeFolder) {
    this.#program = program
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
    const args = [...nodeArguments(this.#program, this.#folder.configPath), ...flags]
    const env = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE }
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

/** So many ports of the loopback interface that nobody listens at. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    assert(typeof address === 'object' && address !== null, 'a server has a port')
    return address.port
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** Looks again and again until something is so. */
export async function until(what: string, isSo: () => boolean, msMax = 60_000): Promise<void> {
  const end = performance.now() + msMax
  while (!isSo()) {
    assert(performance.now() < end, `within ${msMax} ms: ${what}`)
    await sleep(POLL_MS)
  }
}
