/** A node with the recorded file of its kind, started by its recorded command line. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assert, isTold } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'

/** A program that runs nodes, and what stands before its arguments. */
export type NodeProgram = readonly [path: string, ...before: string[]]

const MAIN = join(import.meta.dirname, '../../../apps/node/src/main.ts')
/** `wadi-node`, as it has itself started. */
export const WADI_NODE: NodeProgram = [process.execPath, '--max-semi-space-size=8', MAIN]

const LOG_LINES = 12

/** Where a node is, and with which flags it is started. */
export interface NodePlace {
  readonly name: string
  readonly folder: string
  readonly configPath: string
  readonly socket: string
  readonly flags: readonly string[]
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | undefined
  readonly said: string
}

/** A node that either program can run. */
export class ProvisionedNode {
  readonly name: string
  readonly folder: string
  readonly configPath: string
  readonly #place: NodePlace
  #child: ChildProcess | undefined

  constructor(place: NodePlace) {
    this.name = place.name
    this.folder = place.folder
    this.configPath = place.configPath
    this.#place = place
  }

  start(program: NodeProgram = WADI_NODE): void {
    const [path, ...before] = program
    const { configPath, flags } = this.#place
    rmSync(this.#said, { force: true })
    const output = openSync(this.#said, 'a', 0o600)
    const args = [...before, '--config', configPath, ...flags]
    this.#child = spawn(path, args, { stdio: ['ignore', output, output] })
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<Ended> {
    const child = this.#child
    assert(child !== undefined, `${this.name} was started`)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return { code: child.exitCode ?? undefined, said: readFileSync(this.#said, 'utf8') }
  }

  /** Asks it to end. */
  async stop(): Promise<Ended> {
    this.#child?.kill('SIGTERM')
    return await this.ended()
  }

  async kill(): Promise<void> {
    if (this.#child === undefined) return
    this.#child.kill('SIGKILL')
    await this.ended()
  }

  /** Stops a test whose node has ended by itself. */
  checkAlive(): void {
    const isAlive = this.#child?.exitCode === null && this.#child.signalCode === null
    assert(isAlive, `${this.name} ended by itself:\n${this.lastLines()}`)
  }

  /** The height of the last vote or proposal that it signed. */
  get lastSigned(): bigint {
    const path = join(this.folder, 'consensus/oasis_priv_validator.json')
    if (!existsSync(path)) return 0n
    const text = readFileSync(path, 'utf8')
    return text === '' ? 0n : BigInt(JSON.parse(text).height)
  }

  /** Asks it. */
  async ask<T>(use: (client: NodeClient) => Promise<T>): Promise<T> {
    const target = `unix:${this.#place.socket}`
    const channel = new Channel({ target, clock: processClock, timers: nodeTimers })
    try {
      return await use(createNodeClient(channel))
    } finally {
      channel.close()
    }
  }

  /** Its last block; zero while it does not answer. */
  async heightNow(): Promise<bigint> {
    try {
      return (await this.ask(({ consensus }) => consensus.getStatus())).latestHeight
    } catch (error) {
      if (isTold(error)) return 0n
      throw error
    }
  }

  /** Where it can be asked for light blocks. */
  get target(): string {
    return `unix:${this.#place.socket}`
  }

  /** What it said last. */
  lastLines(): string {
    return [this.#said, join(this.folder, 'node.log')]
      .filter((path) => existsSync(path))
      .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_LINES))
      .join('\n')
  }

  get #said(): string {
    return join(this.folder, 'said.log')
  }
}
