/**
 * A network whose validators are of two kinds: CometBFT with our application behind it, and nodes
 * of ours. All are processes on the loopback interface, and a stranger observes them.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { validatorKeys } from '@wadi/compose/network-keys'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import { NetworkObserver } from '@wadi/compose/testing/observer'
import { cometChainId } from '@wadi/consensus/genesis/document'
import { stockDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { NewRoundStep } from '@wadi/tendermint/messages/consensus'
import type { Block } from '@wadi/tendermint/types/block'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { EnginePair, freePortPairs, type Ports, until } from '../external-engine/enginePair.ts'
import { SignedOnce } from '../real-nodes/signedOnce.ts'

const PROGRAM = join(import.meta.dirname, '../../../apps/node/src/main.ts')
const SETTINGS = {
  wadi: { test: { dialect: 'stock', timeout_propose: '1s', timeout_vote: '500ms' } },
}
/** As ours. */
const COMET_SETTINGS = [
  'consensus.timeout_propose=1s',
  'consensus.timeout_prevote=500ms',
  'consensus.timeout_precommit=500ms',
]

/** A node of either kind. */
export interface Member {
  readonly kind: 'CometBFT' | 'wadi'
  readonly index: number
  /** Of its consensus key, in hexadecimal. */
  readonly validator: string
  /** `id@host:port`. */
  readonly address: string
  start(): Promise<void>
  kill(): Promise<void>
  /** Removes everything but its keys and what it has signed. */
  wipe(): void
  /** Asks it to end; are all its processes content? */
  stop(): Promise<boolean>
  /** What it said last. */
  said(): string
  /** How many blocks it has fetched instead of agreeing on them; undefined: it still fetches. */
  fetched(): bigint | undefined
}

/** What the two kinds differ in. */
type Ways = Pick<Member, 'start' | 'kill' | 'wipe' | 'stop' | 'said' | 'fetched'>

/** Both say in their logs when they have caught up, which is once in a life. */
function lastOf(log: string, pattern: RegExp): bigint | undefined {
  const [, number] = [...log.matchAll(pattern)].at(-1) ?? []
  return number === undefined ? undefined : BigInt(number)
}

function cometMember(pair: EnginePair): Ways {
  return {
    start: () => pair.start(),
    kill: () => pair.kill(),
    wipe: () => pair.wipe(),
    stop: async () => (await pair.stop()).every((code) => code === 0),
    said: () => pair.log('engine').split('\n').slice(-15).join('\n'),
    fetched() {
      // It names the first height that it does not fetch.
      const next = lastOf(pair.log('engine'), /Time to switch to consensus reactor!.*height=(\d+)/g)
      return next === undefined ? undefined : next - 1n
    },
  }
}

function ownMember(node: NodeProcess, logPath: string): Ways {
  return {
    start: async () => node.start(),
    kill: async () => void (await node.kill()),
    wipe: () => node.wipe(),
    stop: async () => (await node.stop()) === 0,
    said: () => node.lastLines(),
    fetched: () =>
      lastOf(readFileSync(logPath, 'utf8'), /caught up with the peers.*"?blocks"?[=:]"?(\d+)/g),
  }
}

/** Who validates has a number below {@link COMET_GUEST}; the even ones are CometBFT's. */
const COMET_GUEST = 4
const WADI_GUEST = 5

interface MixedOptions {
  readonly binary: string
  readonly genesis: NetworkGenesis
  readonly folder: string
  readonly ports: readonly Ports[]
}

/** Validators dial each other; a guest dials only the validators of the other kind. */
function peersOf(index: number): readonly number[] {
  if (index === COMET_GUEST) return [1, 3]
  if (index === WADI_GUEST) return [0, 2]
  return [0, 1, 2, 3].filter((other) => other !== index)
}

function memberOf(
  { binary, genesis, folder, ports: allPorts }: MixedOptions,
  index: number,
): Member {
  const keysOf = (i: number) => genesis.validators[i] ?? validatorKeys('guests', i)
  const known = [...peersOf(index), index]
  const network = { ...genesis, validators: known.map(keysOf) }
  const ports = known.map((i) => allPorts[i]!)
  const own = { folder: join(folder, `member-${index}`), network, ports }
  const last = known.length - 1
  const isComet = index % 2 === 0
  const nodeFolder = makeNetworkFolders({
    ...own,
    folder: join(folder, `wadi-${index}`),
    ports: ports.map(({ p2p }) => p2p),
    settings: SETTINGS,
  })[last]!
  return {
    kind: isComet ? 'CometBFT' : 'wadi',
    index,
    validator: toHex(validatorAddress(keysOf(index).consensus.publicKey)),
    address: nodeFolder.address,
    ...(isComet
      ? cometMember(new EnginePair({ ...own, binary, index: last, settings: COMET_SETTINGS }))
      : ownMember(new NodeProcess(PROGRAM, nodeFolder), join(nodeFolder.dataDir, 'node.log'))),
  }
}

/** See the top of this file. */
export class MixedNetwork implements AsyncDisposable {
  /** The validators. */
  readonly members: readonly Member[]
  /** One of each kind who does not validate, and knows only the other kind. Not started. */
  readonly guests: readonly [Member, Member]
  readonly observer: NetworkObserver
  readonly signed = new SignedOnce()
  /** Hears where nodes are. */
  onStep: (step: NewRoundStep, from: string) => void = () => undefined
  readonly #folder: string

  private constructor(options: MixedOptions) {
    const { folder, genesis } = options
    this.#folder = folder
    this.members = genesis.validators.map((_, index) => memberOf(options, index))
    const guests = [memberOf(options, COMET_GUEST), memberOf(options, WADI_GUEST)] as const
    this.guests = guests
    this.observer = new NetworkObserver({
      chainId: cometChainId(genesis.chainContext),
      dialect: stockDialect,
      nodes: [...this.members, ...guests].map(({ address }) => address),
      log: createLogger('observer', SILENT),
      onVote: (vote) => this.signed.noteVote(vote),
      onProposal: (proposal) => this.signed.noteProposal(proposal),
      onStep: (step, from) => this.onStep(step, from),
    })
  }

  /** Starts the validators of a network. */
  static async start(binary: string, genesis: NetworkGenesis): Promise<MixedNetwork> {
    const ports = await freePortPairs(WADI_GUEST + 1)
    const folder = mkdtempSync(join(tmpdir(), 'wadi-mixed-'))
    const network = new MixedNetwork({ binary, genesis, folder, ports })
    await Promise.all(network.members.map((member) => member.start()))
    network.observer.start()
    return network
  }

  heightOf({ address }: Member): bigint {
    return this.observer.heightOf(address) ?? -1n
  }

  /** Waits until members have so many blocks more than anybody has. */
  async goOn(blocks: bigint, members = this.members): Promise<bigint> {
    const height = this.observer.height + blocks
    const isThere = () => members.every((member) => this.heightOf(member) >= height)
    await until(`block ${height}`, async () => isThere() || undefined, 90_000)
    return height
  }

  /** The block at a height, which has to be the same for all members. */
  async blockAt(height: bigint, members = this.members): Promise<Block> {
    const blocks = members.map(({ address }) => this.observer.blockOf(address, height))
    const [first, ...others] = await Promise.all(blocks)
    if (first === undefined) throw new Error(`${members[0]?.kind} has no block ${height}`)
    for (const [i, other] of others.entries()) {
      const isSame = other && toHex(headerHash(other.header)) === toHex(headerHash(first.header))
      if (!isSame) throw new Error(`${members[i + 1]?.kind} has another block ${height}, or none`)
    }
    return first
  }

  /** What all members said last. */
  said(): string {
    return this.members.map((one) => `${one.kind} ${one.index}:\n${one.said()}`).join('\n\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.observer.stop()
    await Promise.all([...this.members, ...this.guests].map((member) => member.kill()))
    rmSync(this.#folder, { recursive: true })
  }
}
