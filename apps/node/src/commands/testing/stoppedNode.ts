/** The folder of a validator that has made some blocks, and does not run any more. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNode, type Node } from '@wadi/compose/create-node'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { testFacts } from '@wadi/node-api/testing/test-facts'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { parseIp } from '@wadi/primitives/ip'
import { oasisDialect } from '@wadi/tendermint/dialect'

/** See the top of this file. */
export class StoppedTestNode implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'wadi-stopped-'))
  readonly dataDir: string = join(this.folder, 'node')
  readonly genesis: string = join(this.folder, 'genesis.json')
  /** The last block. */
  height = 0n

  /** Makes so many blocks. */
  static async run(blocks: bigint): Promise<StoppedTestNode> {
    const stopped = new StoppedTestNode()
    const node = stopped.#create()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const stop = node.api!.watch('Consensus/WatchBlocks', undefined, {
      send: () => {
        stopped.height = node.engine.blockStore.height
        if (stopped.height < blocks) return true
        resolve()
        return false
      },
      drained: () => Promise.resolve(),
      fail: (error) => {
        throw error
      },
    })
    await node.start()
    await done
    stop()
    node.stop()
    return stopped
  }

  /** A configuration of the node, with these lines in it. */
  config(...lines: readonly string[]): string {
    const path = join(this.folder, 'config.yml')
    writeFileSync(path, [`common: {data_dir: ${this.dataDir}}`, ...lines, ''].join('\n'))
    return path
  }

  #create(): Node {
    const { document, validators } = createNetworkGenesis({
      seed: 'stopped',
      validators: 1,
      timeoutCommitMs: 1n,
    })
    writeFileSync(this.genesis, printGenesis(document))
    nodeFiles.makeFolder(this.dataDir)
    const { seed } = validators[0]!.consensus
    const key = { bytes: () => seed.reveal().slice() }
    createKeyFile(join(this.dataDir, 'consensus.pem'), key)
    const place = { dataDir: this.dataDir, random: processRandom }
    const keys = loadOrCreateNodeKeys({ ...place, nowMs: processClock.unixMs() })
    return createNode({
      config: {
        dataDir: this.dataDir,
        dialect: oasisDialect,
        peers: {
          listen: { ip: parseIp('127.0.0.1'), port: 0 },
          peerExchange: 'off',
          addressBook: 'lenient',
        },
      },
      world: {
        clock: processClock,
        timers: nodeTimers,
        random: processRandom,
        files: nodeFiles,
        metrics: new MetricsRegistry(),
        logger: (module) => createLogger(module, SILENT),
      },
      document,
      keys,
      profile: testFacts(),
      onFatal: (error) => {
        throw error
      },
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
