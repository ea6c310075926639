/** A validator, a key manager and a compute node in processes of their own. For tests. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { assert, BugError } from '@wadi/base/errors'
import { decodeRust, encode } from '@wadi/cbor/codec'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { RUNTIME_PLACES, runtimeFolder } from '@wadi/contracts/runtime-places'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { Call, CallOutput, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { insecureSealingRoot, openSealedSecret } from '@wadi/runtime-keymanager/sealedSecret'
import { withClient } from './nodesHere.ts'
import type { KnownSecret } from './secretSearch.ts'

const PROGRAM = join(import.meta.dirname, '..', 'main.ts')
const EVERYTHING = ['--common.log.level=default=debug', '--consensus.log_debug=true']
const POLL_MS = 500
const TRIES_MAX = 120
const SECRET_KEY = 'keymanager_master_secret'
const GENERATION = new Uint8Array(8)
const { id: runtimeId } = PARATIMES.keyvalue

/** One of its nodes. */
export interface KeysNode {
  readonly folder: NodeFolder
  readonly metricsPort: number
  readonly process: NodeProcess
}

/** See the top of this file. */
export class KeysNetwork {
  readonly nodes: readonly KeysNode[]
  readonly #network: NetworkGenesis

  private constructor(network: NetworkGenesis, nodes: readonly KeysNode[]) {
    this.#network = network
    this.nodes = nodes
  }

  /** Makes it, and starts all nodes with logs of everything. */
  static async start(folder: string): Promise<KeysNetwork> {
    const network = createNetworkGenesis({
      seed: 'keys',
      validators: 1,
      epochBlocks: 10n,
      timeoutCommitMs: 250n,
      paratimes: { paratimes: ['keyvalue'], computeNodes: 1, keyManagers: 1 },
    })
    const ports = await freePorts(8)
    const pairs = [0, 1].map((i) => ({ consensus: ports[1 + i]!, p2p: ports[3 + i]! }))
    const metrics = ports.slice(5)
    const folders = makeNetworkFolders({
      folder,
      network,
      ports: [ports[0]!],
      workerPorts: pairs,
      settings: (i) => ({ metrics: { mode: 'pull', address: `127.0.0.1:${metrics[i]}` } }),
    })
    const nodes = folders.map((one, i) => {
      return { folder: one, metricsPort: metrics[i]!, process: new NodeProcess(PROGRAM, one) }
    })
    for (const { process } of nodes) process.start(...EVERYTHING)
    return new KeysNetwork(network, nodes)
  }

  /** The node that is in this folder of the network. */
  node(name: string): KeysNode {
    const found = this.nodes.find(({ folder: { dataDir } }) => dataDir.endsWith(`/${name}`))
    assert(found !== undefined, `${name} is none of the nodes`)
    return found
  }

  /** What a node has said: its log, and all else. */
  saidBy({ folder: { dataDir } }: KeysNode): readonly Uint8Array[] {
    const paths = ['node.log', 'stderr.log'].map((name) => join(dataDir, name))
    return paths.filter((path) => existsSync(path)).map((path) => readFileSync(path))
  }

  /** Sets a key of the ParaTime under an encryption, so that its runtime asks for keys. */
  async insert({ folder: { dataDir } }: KeysNode, key: string, value: string): Promise<void> {
    const args = encode(KeyValueArgs, { generation: 0n, churpId: 0, key, value })
    let nonce = 0n
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const data = encode(Call, { sender: toUtf8('somebody'), nonce, method: 'enc_insert', args })
      const submit = withClient(dataDir, async ({ runtimeClient }) =>
        decodeRust(CallOutput, await runtimeClient.submitTx({ runtimeId, data })),
      )
      // Before there is a secret, and before all nodes are up, nobody can.
      const output = await submit.catch(() => undefined)
      if (output?.kind === 'Success') return
      if (output !== undefined) nonce++
      for (const { process } of this.nodes) process.checkAlive()
      await sleep(POLL_MS)
    }
    throw new BugError(`no secret after ${TRIES_MAX} tries`)
  }

  async stop(): Promise<void> {
    for (const { process } of this.nodes) await process.stop()
  }

  /** The secret of which all keys are made; after all nodes have stopped. */
  async masterSecret({ folder: { dataDir } }: KeysNode): Promise<KnownSecret> {
    const { context: chain } = chainTermsOf(this.#network.document)
    const path = join(dataDir, runtimeFolder(KEY_MANAGER.id), RUNTIME_PLACES.local)
    const store = await DiskStore.open({ path, chain })
    const sealed = await store.get(concatBytes(toUtf8(SECRET_KEY), GENERATION))
    await store.close()
    const associatedData = concatBytes(KEY_MANAGER.id, GENERATION)
    const sealing = { root: insecureSealingRoot, purpose: 'masterSecret', associatedData } as const
    const secret = sealed && openSealedSecret(sealing, sealed)
    assert(secret !== undefined, 'a secret that can be opened')
    return { name: 'the master secret', bytes: secret.reveal() }
  }
}
