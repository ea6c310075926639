/** A network of processes on the loopback interface, and a stranger who observes it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import {
  createNetworkGenesis,
  type NetworkGenesis,
  type NetworkOptions,
} from '@wadi/compose/network-genesis'
import { NodeProcess, type NodeProcessOptions, until } from '@wadi/compose/testing/node-process'
import { NetworkObserver } from '@wadi/compose/testing/observer'
import { cometChainId } from '@wadi/consensus/genesis/document'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { SignedOnce } from './signedOnce.ts'

const PROGRAM = join(import.meta.dirname, '../../../apps/node/src/main.ts')
/** A killed proposer is not waited for long. */
const TEST = { timeout_propose: '600ms', timeout_vote: '300ms' }

/** See the top of this file. */
export class RealNetwork implements AsyncDisposable {
  readonly genesis: NetworkGenesis
  readonly nodes: readonly NodeProcess[]
  /** Of each of them. */
  readonly folders: readonly NodeFolder[]
  readonly observer: NetworkObserver
  readonly signed = new SignedOnce()
  readonly #folder: string

  private constructor(
    folder: string,
    genesis: NetworkGenesis,
    ports: readonly number[],
    how: NodeProcessOptions,
  ) {
    this.#folder = folder
    this.genesis = genesis
    this.folders = makeNetworkFolders({
      folder,
      network: genesis,
      ports,
      settings: { wadi: { test: TEST } },
    })
    this.nodes = this.folders.map((one) => new NodeProcess(PROGRAM, one, how))
    this.observer = new NetworkObserver({
      chainId: cometChainId(genesis.chainContext),
      dialect: oasisDialect,
      nodes: this.folders.map(({ address }) => address),
      log: createLogger('observer', SILENT),
      onVote: (vote) => this.signed.noteVote(vote),
      onProposal: (proposal) => this.signed.noteProposal(proposal),
    })
  }

  /** Makes the folders and starts all nodes. */
  static async start(options: NetworkOptions, how: NodeProcessOptions = {}): Promise<RealNetwork> {
    const genesis = createNetworkGenesis(options)
    const ports = await freePorts(genesis.validators.length)
    const folder = mkdtempSync(join(tmpdir(), 'wadi-nodes-'))
    const network = new RealNetwork(folder, genesis, ports, how)
    for (const node of network.nodes) node.start()
    network.observer.start()
    return network
  }

  heightOf(node: NodeProcess): bigint {
    return this.observer.heightOf(node.address) ?? -1n
  }

  /** The highest block of all. */
  get height(): bigint {
    return this.observer.height
  }

  /** Waits until nodes have a block. */
  async reach(height: bigint, nodes = this.nodes, msMax?: number): Promise<void> {
    const isThere = () => {
      for (const node of this.nodes) node.checkAlive()
      return nodes.every((node) => this.heightOf(node) >= height)
    }
    await until(`block ${height}`, isThere, msMax)
  }

  /** The hashes of the block at a height, and of the state before it, as each node tells. */
  async hashesAt(height: bigint, nodes = this.nodes): Promise<readonly string[]> {
    const blocks = nodes.map((node) => this.observer.blockOf(node.address, height))
    return (await Promise.all(blocks)).map((block) => {
      if (block === undefined) return 'nothing'
      return `${toHex(headerHash(block.header))} after ${toHex(block.header.appHash)}`
    })
  }

  /** What all nodes said last. */
  lastLines(): string {
    return this.nodes.map((node) => `${node.address}\n${node.lastLines()}`).join('\n\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.observer.stop()
    await Promise.all(this.nodes.map((node) => node.kill()))
    rmSync(this.#folder, { recursive: true })
  }
}
