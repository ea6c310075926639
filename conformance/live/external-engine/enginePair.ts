/** A process with our application and a CometBFT process that drives it, on loopback. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toBase64 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { cometNodeId } from '@wadi/compose/comet-files'
import { freePorts } from '@wadi/compose/free-ports'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'

const SERVE = join(import.meta.dirname, '../../../apps/node/src/serveApplication.ts')
const POLL_MS = 50
/** Blocks come fast also when a proposer is gone. */
const SETTINGS = [
  'consensus.timeout_propose=400ms',
  'consensus.timeout_propose_delta=100ms',
  'consensus.peer_gossip_sleep_duration=20ms',
]

/** Where a pair is, and with whom. */
export interface PairOptions {
  readonly binary: string
  readonly folder: string
  readonly network: NetworkGenesis
  /** Which validator it is. */
  readonly index: number
  readonly ports: readonly Ports[]
  /** Of CometBFT's file: `section.key=value`. */
  readonly settings?: readonly string[]
}

/** Where the engine of a pair listens. */
export interface Ports {
  readonly p2p: number
  readonly rpc: number
}

/** So many pairs of ports that nobody listens at. */
export async function freePortPairs(count: number): Promise<readonly Ports[]> {
  const ports = await freePorts(2 * count)
  return Array.from({ length: count }, (_, i) => ({ p2p: ports[2 * i]!, rpc: ports[2 * i + 1]! }))
}

/** Asks until the answer is there. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  msMax = 60_000,
): Promise<T> {
  const end = performance.now() + msMax
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
    assert(performance.now() < end, `within ${msMax} ms: ${what}`)
    await sleep(POLL_MS)
  }
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  const isOver = child.exitCode !== null || child.signalCode !== null
  return isOver ? child.exitCode : (await once(child, 'exit'))[0]
}

/** See the top of this file. */
export class EnginePair {
  readonly #options: PairOptions
  readonly #folder: string
  #children: ChildProcess[] = []

  constructor(options: PairOptions) {
    const { folder, network, index } = options
    this.#options = options
    this.#folder = join(folder, `node-${index}`)
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, 'genesis.json'), printGenesis(network.document))
    const keys = network.validators[index]
    assert(keys !== undefined, 'there is such a validator')
    for (const role of ['consensus', 'p2p'] as const) {
      const bytes = () => keys[role].seed.reveal().slice()
      createKeyFile(join(this.#folder, `${role}.pem`), { bytes })
    }
  }

  /** Starts both processes. */
  async start(): Promise<void> {
    const { binary, index, ports, settings = [] } = this.#options
    const { p2p, rpc } = ports[index] as Ports
    const home = join(this.#folder, 'engine')
    const loopback = (port: number) => `tcp://127.0.0.1:${port}`
    const application = this.#spawn('application', process.execPath, [
      SERVE,
      ...['--genesis', join(this.#folder, 'genesis.json'), '--data', this.#folder],
      ...['--listen', `unix://${join(this.#folder, 'app.sock')}`, '--engine-home', home],
      ...['--engine-p2p', loopback(p2p), '--engine-rpc', loopback(rpc)],
      ...['--engine-peers', this.#peers().join(',')],
      ...[...SETTINGS, ...settings].flatMap((setting) => ['--engine-set', setting]),
    ])
    await new Promise<void>((resolve, reject) => {
      application.stderr?.on('data', (bytes: Buffer) => {
        if (bytes.includes('waiting for an engine')) resolve()
      })
      application.once('exit', () => reject(new Error(this.log('application'))))
    })
    this.#spawn('engine', binary, ['start', '--home', home])
  }

  /** Kills both processes in the middle of whatever they do. */
  async kill(): Promise<void> {
    const ended = this.#children.map(exitOf)
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(ended)
    this.#children = []
  }

  /** Kills the application only, and waits until its engine has ended too. */
  async killApplication(): Promise<void> {
    this.#children[0]?.kill('SIGKILL')
    await Promise.all(this.#children.map(exitOf))
    this.#children = []
  }

  /** Removes all that both store, but for the keys and what was signed. */
  wipe(): void {
    assert(this.#children.length === 0, 'processes that run need their folder')
    const names = ['blockstore.db', 'state.db', 'cs.wal', 'tx_index.db', 'evidence.db']
    const engine = names.map((name) => `engine/data/${name}`)
    for (const name of [...engine, 'state', 'checkpoints', 'upgrades.cbor'])
      rmSync(join(this.#folder, name), { recursive: true, force: true })
  }

  /** Asks the engine to end, then the application, and gives their exit codes. */
  async stop(): Promise<readonly unknown[]> {
    const codes: unknown[] = []
    for (const child of this.#children.toReversed()) {
      const ended =
        child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
      child.kill('SIGTERM')
      codes.push((await ended)[0])
    }
    this.#children = []
    return codes
  }

  /** Calls the engine. */
  async call(method: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { index, ports } = this.#options
    const request = { jsonrpc: '2.0', id: 1, method, params }
    const response = await fetch(`http://127.0.0.1:${ports[index]?.rpc}`, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    const { result, error } = (await response.json()) as Readonly<Record<string, unknown>>
    assert(error === undefined, `${method}: ${JSON.stringify(error)}`)
    return result
  }

  /** Puts a transaction into the engine's mempool, and gives the code of the check. */
  async submit(transaction: Uint8Array): Promise<number> {
    const answer = await this.call('broadcast_tx_sync', { tx: toBase64(transaction) })
    return (answer as { readonly code: number }).code
  }

  /** The last committed height. */
  async height(): Promise<bigint> {
    const { sync_info } = (await this.call('status')) as {
      readonly sync_info: { readonly latest_block_height: string }
    }
    return BigInt(sync_info.latest_block_height)
  }

  /** What a process has said. */
  log(name: 'application' | 'engine'): string {
    return readFileSync(join(this.#folder, `${name}.log`), 'utf8')
  }

  #peers(): readonly string[] {
    const { network, ports, index } = this.#options
    const ids = network.validators.map(({ p2p }) => cometNodeId(p2p.publicKey))
    return ids.flatMap((id, i) => (i === index ? [] : [`${id}@127.0.0.1:${ports[i]?.p2p}`]))
  }

  #spawn(name: string, program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const log = createWriteStream(join(this.#folder, `${name}.log`), { flags: 'a' })
    child.stdout?.pipe(log, { end: false })
    child.stderr?.pipe(log, { end: false })
    this.#children.push(child)
    return child
  }
}
