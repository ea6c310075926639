/** A network with the ParaTime of accounts, and somebody who asks a node that follows it. */

import assert from 'node:assert/strict'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import {
  createNetwork,
  type LocalNetwork,
  type LocalNetworkOptions,
  type NetworkNode,
} from '@wadi/localnet/create-network'
import { Person, type Ran } from './runWadi.ts'

const { id: runtimeId } = PARATIMES.accounts
const LAST = 2n ** 64n - 1n

/** A value of JSON, in which tests look for what they expect. */
export type Told = ReturnType<typeof JSON.parse>

/** See the top of this file. */
export class AccountsNetwork {
  readonly network: LocalNetwork
  readonly person: Person

  private constructor(network: LocalNetwork) {
    this.network = network
    const WADI_NODE = `unix:${this.node.socketPath}`
    this.person = new Person({ WADI_LOCALNET: network.files.folder, WADI_NODE })
  }

  /** A network with one validator; its ParaTime may have made no round yet. */
  static async start(options: LocalNetworkOptions): Promise<AccountsNetwork> {
    const usual = { validators: 1, epochBlocks: 60, clients: 1, paratimes: ['accounts'] } as const
    return new AccountsNetwork(await createNetwork({ ...usual, ...options }))
  }

  /** The node that is asked. */
  get node(): NetworkNode {
    return this.network.nodes.find(({ name }) => name === 'client-0')!
  }

  /** Asks, and again after another block, until it is so. */
  async untilTrue(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await this.#nextBlock()
  }

  async #nextBlock(): Promise<void> {
    for await (const _ of this.node.client.consensus.watchBlocks()) return
    assert.fail('the node tells no more blocks')
  }

  /** Has the ParaTime made a round with a committee, and does the node answer for it? */
  async isRunning(): Promise<boolean> {
    const { code } = await this.run('paratime balance accounts test:0')
    if (code !== 0) return false
    const { header } = await this.node.client.runtimeClient.getBlock({ runtimeId, round: LAST })
    return header.round > 0n && header.headerType === 1
  }

  async run(line: string): Promise<Ran> {
    return await this.person.run(line.split(' '))
  }

  /** What a command answers that has to succeed. */
  async ask(line: string): Promise<Told> {
    const { code, out, err } = await this.run(`${line} --output json`)
    assert.deepEqual([line, code], [line, 0], err)
    return JSON.parse(out)
  }

  /** Transactions of a round. */
  async inRound(round: bigint): Promise<readonly Uint8Array[]> {
    return await this.node.client.runtimeClient.getTransactions({ runtimeId, round })
  }

  /** A file with a key of one digit; where it is. */
  key(name: string, digit: string): string {
    return this.person.write(name, `${digit.repeat(64)}\n`)
  }

  async stop(): Promise<void> {
    this.person.remove()
    await this.network.stop()
  }
}
