/**
 * A network whose validators are of two kinds: CometBFT with our application behind it, and nodes
 * of ours. All are processes on the loopback interface, and a stranger observes them.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import { NetworkObserver } from '@wadi/compose/testing/observer'
import { cometChainId } from '@wadi/consensus/genesis/document'
import { stockDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { Block } from '@wadi/tendermint/types/block'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { EnginePair, freePorts, until } from '../external-engine/enginePair.ts'
import { SignedOnce } from '../real-nodes/signedOnce.ts'

const PROGRAM = join(import.meta.dirname, '../../../apps/node/src/main.ts')
const SETTINGS = {
  test: { dialect: 'stock', timeout_propose: '1s', timeout_vote: '500ms' },
}
/** As ours. */
const COMET_SETTINGS = [
  'consensus.timeout_propose=1s',
  'consensus.timeout_prevote=500ms',
  'consensus.timeout_precommit=500ms',
]

/** A validator of either kind. */
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
}

function cometMember(pair: EnginePair): Pick<Member, 'start' | 'kill' | 'wipe' | 'stop' | 'said'> {
  return {
    start: () => pair.start(),
    kill: () => pair.kill(),
    wipe: () => pair.wipe(),
    stop: async () => (await pair.stop()).every((code) => code === 0),
    said: () => pair.log('engine').split('\n').slice(-15).join('\n'),
  }
}

function ownMember(node: NodeProcess): Pick<Member, 'start' | 'kill' | 'wipe' | 'stop' | 'said'> {
  return {
    start: async () => node.start(),
    kill: async () => void (await node.kill()),
    wipe: () => node.wipe(),
    stop: async () => (await node.stop()) === 0,
    said: () => node.lastLines(),
  }
}

/** See the top of this file. */
export class MixedNetwork implements AsyncDisposable {
  readonly members: readonly Member[]
  readonly observer: NetworkObserver
  readonly signed = new SignedOnce()
  readonly #folder: string

  private constructor(folder: string, members: readonly Member[], genesis: NetworkGenesis) {
    this.#folder = folder
    this.members = members
    this.observer = new NetworkObserver({
      chainId: cometChainId(genesis.chainContext),
      dialect: stockDialect,
      nodes: members.map(({ address }) => address),
      log: createLogger('observer', SILENT),
      onVote: (vote) => this.signed.noteVote(vote),
      onProposal: (proposal) => this.signed.noteProposal(proposal),
    })
  }

  /** Starts a network in which the kinds take turns. */
  static async start(binary: string, genesis: NetworkGenesis): Promise<MixedNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-mixed-'))
    const ports = await freePorts(genesis.validators.length)
    const folders = makeNetworkFolders({
      folder: join(folder, 'wadi'),
      network: genesis,
      ports: ports.map(({ p2p }) => p2p),
      settings: SETTINGS,
    })
    const members = folders.map((own, index): Member => {
      const isComet = index % 2 === 0
      const options = { binary, folder, network: genesis, index, ports, settings: COMET_SETTINGS }
      return {
        kind: isComet ? 'CometBFT' : 'wadi',
        index,
        validator: toHex(validatorAddress(genesis.validators[index]!.consensus.publicKey)),
        address: own.address,
        ...(isComet
          ? cometMember(new EnginePair(options))
          : ownMember(new NodeProcess(PROGRAM, own))),
      }
    })
    const network = new MixedNetwork(folder, members, genesis)
    await Promise.all(members.map((member) => member.start()))
    network.observer.start()
    return network
  }

  heightOf({ address }: Member): bigint {
    return this.observer.heightOf(address) ?? -1n
  }

  /** Waits until members have so many blocks more than anybody has. */
  async goOn(blocks: bigint, members = this.members): Promise<void> {
    const height = this.observer.height + blocks
    const isThere = () => members.every((member) => this.heightOf(member) >= height)
    await until(`block ${height}`, async () => isThere() || undefined, 90_000)
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
    await Promise.all(this.members.map((member) => member.kill()))
    if (process.env['KEEP'] === undefined) rmSync(this.#folder, { recursive: true })
  }
}
