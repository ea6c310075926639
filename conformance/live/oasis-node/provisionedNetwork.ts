/** A network provisioned and started by the recorded command lines of the reference's tooling. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, isTold } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { recordedInvocations } from '@wadi/node/testing/recorded'
import { readReference } from '@wadi/node-config/testing/reference-files'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'

/** A program that runs nodes, and what stands before its arguments. */
export type NodeProgram = readonly [path: string, ...before: string[]]

const MAIN = join(import.meta.dirname, '../../../apps/node/src/main.ts')
/** `wadi-node`, as it has itself started. */
export const WADI_NODE: NodeProgram = [process.execPath, '--max-semi-space-size=8', MAIN]

const ENTITY = '$NET/entity-1'
const VALIDATORS = 4
const RECORDED_PORT = /\b200\d\d\b/g
const PORTS_OF_VALIDATOR = 2
const PORTS_OF_CLIENT = 3
const PORTS_MAX = 30
const LOG_LINES = 12

/** What is said otherwise than recorded. */
export interface ProvisioningChoices {
  /** Flags of `genesis init`, by name. */
  readonly genesis?: Readonly<Record<string, string>>
  /** Changes the file of every node. */
  readonly config?: (text: string) => string
}

/** See the top of this file. Folders are below a scratch folder that goes with it. */
export class ProvisionedNetwork implements AsyncDisposable {
  readonly folder: string
  readonly nodes = new Map<string, ProvisionedNode>()
  readonly #ports: readonly number[]
  readonly #choices: ProvisioningChoices
  #seedKey = ''
  #entityId = ''

  private constructor(folder: string, ports: readonly number[], choices: ProvisioningChoices) {
    this.folder = folder
    this.#ports = ports
    this.#choices = choices
  }

  /** Makes the folders of a seed, four validators and their entity, and the genesis document. */
  static async provision(choices: ProvisioningChoices = {}): Promise<ProvisionedNetwork> {
    // The paths of sockets are short.
    const folder = mkdtempSync(join(tmpdir(), 'wadi-net-'))
    const network = new ProvisionedNetwork(folder, await freePorts(PORTS_MAX), choices)
    network.#provision()
    return network
  }

  /** A node that is to be run, with the recorded file of its kind. */
  addNode(name: string, change: (config: string) => string = (text) => text): ProvisionedNode {
    const folder = this.#makeFolder(name)
    const index = Number(name.split('-')[1])
    const recorded = readReference(`configs/${name.replace(/\d+$/, '0')}.yaml`)
      .replaceAll(name.replace(/\d+$/, '0'), name)
      .replace(/-internal-\d+\.sock/, '.sock')
      .replace(/[\w+/]{43}=(?=@)/g, this.#seedKey)
      .replace(/entity_id: .*/, `entity_id: ${this.#entityId}`)
    const configPath = join(folder, 'config.yaml')
    const text = change(this.#placed(shiftPorts(recorded, name, index)))
    writeFileSync(configPath, this.#choices.config?.(text) ?? text)
    const node = new ProvisionedNode({
      name,
      folder,
      configPath,
      socket: join(this.folder, `${name}.sock`),
      flags: this.#flagsOf(name),
    })
    this.nodes.set(name, node)
    return node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #provision(): void {
    const entity = this.#makeFolder('entity-1')
    const init = recordedInvocations('registry', 'entity', 'init').find(
      (words) => words.includes(ENTITY) && !words.includes('--entity.reuse_signer'),
    )
    assert(init !== undefined, 'an entity was initialised')
    this.#runRecorded(init)
    const { id } = JSON.parse(readFileSync(join(entity, 'entity.json'), 'utf8'))
    this.#entityId = id
    // Nothing was recorded of it: whoever launched the seed had made its key before.
    const seed = this.#makeFolder('seed-0')
    run(['identity', 'init', '--datadir', seed])
    this.#seedKey = publicKeyIn(seed, 'p2p')
    this.addNode('seed-0')
    const ids: string[] = []
    for (let i = 0; i < VALIDATORS; i++) {
      const { configPath, folder } = this.addNode(`validator-${i}`)
      this.#initNode(configPath)
      ids.push(publicKeyIn(folder, 'identity'))
      this.#updateEntity(ids)
    }
    writeFileSync(join(this.folder, 'staking_genesis.json'), JSON.stringify(STAKING))
    this.#initGenesis()
  }

  #initNode(configPath: string): void {
    const own = configPath.replace(this.folder, '$NET')
    const words = recordedInvocations('registry', 'node', 'init').find((each) => each.includes(own))
    assert(words !== undefined, `${own} was initialised`)
    this.#runRecorded(withFlags(words, { 'node.entity_id': this.#entityId, 'signer.dir': ENTITY }))
  }

  #updateEntity(ids: readonly string[]): void {
    const [recorded] = recordedInvocations('registry', 'entity', 'update').filter(
      (each) => each.filter((word) => word === '--entity.node.id').length === ids.length,
    )
    assert(recorded !== undefined, `an entity was given ${ids.length} nodes`)
    let next = 0
    const isId = (i: number) => recorded[i - 1] === '--entity.node.id'
    const words = recorded.map((word, i) => (isId(i) ? ids[next++]! : word))
    this.#runRecorded(withFlags(words, { 'signer.dir': ENTITY }))
  }

  #initGenesis(): void {
    const words = recordedInvocations('genesis', 'init').find(
      (each) =>
        each.includes('$NET/validator-3/node_genesis.json') &&
        !each.some((word) => word.includes('keymanager') || word.includes('entity-2')),
    )
    assert(words !== undefined, 'a network of four validators of one entity was begun')
    this.#runRecorded(withFlags(words, this.#choices.genesis ?? {}))
  }

  #runRecorded(words: readonly string[]): void {
    run(words.map((word) => this.#placed(word)))
  }

  #flagsOf(name: string): readonly string[] {
    const [words] = recordedInvocations('--config', `$NET/${name}/config.yaml`).filter(
      (each) => !each.includes('--debug.skip_quote_verify'),
    )
    // Of the second client nothing was recorded: it is as the first.
    const flags = words?.slice(2) ?? this.#flagsOf('client-0')
    return flags.map((word) => this.#placed(word))
  }

  /** With the folders and ports of this network. */
  #placed(text: string): string {
    return text
      .replace(RECORDED_PORT, (port) => `${this.#ports[Number(port) % 100]}`)
      .replaceAll('$NET', this.folder)
      .replaceAll('$DIR', this.folder)
  }

  #makeFolder(name: string): string {
    const folder = join(this.folder, name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }
}

const STAKING = {
  total_supply: '1000000',
  common_pool: '1000000',
  ledger: {},
  params: {
    debonding_interval: 1,
    min_delegation: '10',
    fee_split_weight_vote: '1',
    fee_split_weight_next_propose: '1',
    fee_split_weight_propose: '2',
    commission_schedule_rules: {},
    thresholds: Object.fromEntries(
      [
        ...['entity', 'node-validator', 'node-compute', 'node-keymanager', 'node-observer'],
        ...['runtime-compute', 'runtime-keymanager', 'keymanager-churp'],
      ].map((kind) => [kind, '0']),
    ),
  },
}

/** With other values of flags that are there, and those that are not. */
function withFlags(
  words: readonly string[],
  flags: Readonly<Record<string, string>>,
): readonly string[] {
  const changed = words.map((word, i) => flags[words[i - 1]?.replace('--', '') ?? ''] ?? word)
  const missing = Object.entries(flags).filter(([name]) => !words.includes(`--${name}`))
  return [...changed, ...missing.flatMap(([name, value]) => [`--${name}`, value])]
}

/** Every command is run by our program. */
function run(words: readonly string[]): void {
  const [path, ...before] = WADI_NODE
  execFileSync(path, [...before, ...words], { stdio: 'pipe' })
}

function publicKeyIn(folder: string, role: string): string {
  return readFileSync(join(folder, `${role}_pub.pem`), 'utf8').split('\n')[1]!
}

/** The ports at which a node listens; the recorded ones are of the first of its kind. */
function shiftPorts(text: string, name: string, index: number): string {
  const step = name.startsWith('client') ? PORTS_OF_CLIENT : PORTS_OF_VALIDATOR
  const own = /(?<=(?:listen|external|bind)_address: \S*:|\bport: )200\d\d\b/g
  return text.replace(own, (port) => `${Number(port) + step * index}`)
}

interface NodePlace {
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
