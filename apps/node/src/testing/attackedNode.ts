/** A node in a process of its own, with a port for everybody, and what it takes. For tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { nodeArguments } from '@wadi/compose/testing/node-process'
import { RawClient } from '@wadi/grpc/testing/raw-client'
import { untilHeight, withClient } from './nodesHere.ts'

const PROGRAM = join(import.meta.dirname, '..', 'main.ts')
const POLL_MS = 50
const KIBIBYTE = 1024

/** How it is started. */
export interface AttackedNodeOptions {
  readonly folder: string
  readonly timeoutCommitMs: bigint
  /** Files and sockets that the process may have open. */
  readonly openFiles?: number
  /** Of its log. */
  readonly level?: 'debug' | 'info'
}

/** See the top of this file. */
export class AttackedNode {
  readonly dataDir: string
  readonly configPath: string
  readonly port: number
  readonly metricsPort: number
  readonly peersPort: number
  readonly #child: ChildProcess

  private constructor({ dataDir, configPath }: NodeFolder, at: Ports) {
    this.dataDir = dataDir
    this.configPath = configPath
    this.port = at.port
    this.metricsPort = at.metricsPort
    this.peersPort = at.peersPort
    const args = [
      ...nodeArguments(PROGRAM, configPath),
      `--wadi.api.address=127.0.0.1:${at.port}`,
      '--metrics.mode=pull',
      `--metrics.address=127.0.0.1:${at.metricsPort}`,
      `--common.log.level=default=${at.level}`,
      `--consensus.log_debug=${at.level === 'debug'}`,
    ]
    const errors = openSync(join(dataDir, 'stderr.log'), 'a', 0o600)
    const limit = at.openFiles === undefined ? '' : `ulimit -n ${at.openFiles}; `
    const words = ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...args]
    this.#child = spawn('/bin/sh', words, { stdio: ['ignore', errors, errors] })
  }

  /** Makes a network of one, and starts it. */
  static async start(options: AttackedNodeOptions): Promise<AttackedNode> {
    const { folder, timeoutCommitMs, openFiles, level = 'info' } = options
    const [peersPort = 0, port = 0, metricsPort = 0] = await freePorts(3)
    const network = createNetworkGenesis({ seed: 'attacked', validators: 1, timeoutCommitMs })
    const settings = { wadi: { api: { web_origins: ['*'] } } }
    const [made] = makeNetworkFolders({ folder, network, ports: [peersPort], settings })
    const at = { port, metricsPort, peersPort, openFiles, level }
    const node = new AttackedNode(made!, at)
    await node.#untilStarted()
    await untilHeight(node.dataDir, 1n)
    return node
  }

  get log(): string {
    const path = join(this.dataDir, 'node.log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** What it said besides its log. */
  get said(): string {
    return readFileSync(join(this.dataDir, 'stderr.log'), 'utf8')
  }

  /** Somebody who says whatever it is told to: at the port for everybody, or at the socket. */
  client(where: 'port' | 'socket' = 'port'): RawClient {
    if (where === 'socket') return new RawClient({ path: join(this.dataDir, 'internal.sock') })
    return new RawClient({ host: '127.0.0.1', port: this.port })
  }

  /** The process goes on, and makes blocks. */
  async checkWell(): Promise<void> {
    this.#checkAlive()
    await withClient(this.dataDir, async ({ consensus }) => {
      const { height } = await consensus.getBlock(0n)
      for await (const block of consensus.watchBlocks()) if (block.height > height) return
    })
  }

  /** Bytes of memory that the process has. */
  get memoryBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return KIBIBYTE * Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1])
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }

  async #untilStarted(): Promise<void> {
    while (!this.log.includes('"msg":"started"')) {
      this.#checkAlive()
      await sleep(POLL_MS)
    }
  }

  #checkAlive(): void {
    const { exitCode, signalCode } = this.#child
    const isAlive = exitCode === null && signalCode === null
    assert(isAlive, `it ended by itself (${exitCode ?? signalCode}): ${this.said}\n${this.log}`)
  }
}

interface Ports {
  readonly port: number
  readonly metricsPort: number
  readonly peersPort: number
  readonly level: string
  readonly openFiles: number | undefined
}
