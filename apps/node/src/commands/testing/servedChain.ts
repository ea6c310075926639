/** A small chain whose API is served on a socket in a scratch folder. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { GrpcServer } from '@wadi/grpc/server'
import type { LiveChain } from '@wadi/node-api/chain-source'
import { debugServices, nodeServices } from '@wadi/node-api/grpc-services'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import type { NodeFacts } from '@wadi/node-api/node-facts'
import { TestChain } from '@wadi/node-api/testing/test-chain'
import { testFacts, testLive } from '@wadi/node-api/testing/test-facts'

const CLOSING_MS = 100

/** What of the node a test wants to be otherwise. */
export interface ServedOptions {
  readonly facts?: Partial<NodeFacts>
  readonly live?: Partial<LiveChain>
}

/** See the top of this file. */
export class ServedChain implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'wadi-commands-'))
  readonly chain = new TestChain()
  readonly api: NodeApi
  #server: GrpcServer | undefined

  private constructor({ facts, live }: ServedOptions) {
    this.chain.live = testLive(live)
    this.api = createNodeApi({ source: this.chain, facts: testFacts(facts) })
  }

  /** Where it answers. */
  get socket(): string {
    return this.at('internal.sock')
  }

  /** For `--address`. */
  get address(): string {
    return `unix:${this.socket}`
  }

  /** A file in its folder. */
  at(name: string): string {
    return join(this.folder, name)
  }

  static async serve(options: ServedOptions = {}): Promise<ServedChain> {
    const served = new ServedChain(options)
    served.#server = await GrpcServer.listen({
      listen: { kind: 'unix', path: served.socket },
      implementations: [...nodeServices(served.api), ...debugServices(served.api)],
      clock: processClock,
      timers: nodeTimers,
      logger: createLogger('grpc', SILENT),
      onFailure: (error) => {
        throw error
      },
    })
    return served
  }

  /** It answers no more. */
  async close(): Promise<void> {
    await this.#server?.close(CLOSING_MS)
    this.#server = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
