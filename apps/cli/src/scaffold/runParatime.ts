/** A network of its own for one ParaTime: a validator, and nodes that run its program. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { RunningNode } from '@wadi/node/running-node'
import { loadConfig } from '@wadi/node-config/load-config'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'

/** How many nodes execute its rounds, unless told otherwise. */
export const COMPUTE_NODES = 1

/** A network that runs it. */
export interface ParatimeNetwork {
  /** Where a node is called that runs it. */
  readonly target: string
  /** A file with the key of an account that has tokens. */
  readonly keyFile: string
  /** Why a node ended that nobody had asked to; never resolves otherwise. */
  readonly failed: Promise<unknown>
  stop(): Promise<void>
}

const HASTY = { epochBlocks: 10n, timeoutCommitMs: 100n } as const
/** In an epoch secrets are made, published and taken, and all nodes register anew with them. */
const WITH_KEYS = { epochBlocks: 24n, timeoutCommitMs: 200n } as const
const FUNDS = 1_000_000_000_000_000n
const PRIVATE_MODE = 0o600

function networkOf(paratime: KnownParatime, computeNodes: number) {
  const { name } = paratime
  const seed = sha512Trunc256(toUtf8(`wadi paratime run: ${name}`))
  const signer = createMemorySigner('entity', new Secret(seed))
  const address = stakingAddress(PublicKey.check(signer.publicKey))
  const network = createNetworkGenesis({
    ...(paratime.wantsKeys ? WITH_KEYS : HASTY),
    seed: `paratime ${name}`,
    validators: 1,
    accounts: [{ signer, address }],
    balance: FUNDS,
    paratimes: { paratimes: [paratime], computeNodes, keyManagers: keyManagersFor(paratime) },
  })
  return { network, seed }
}

/** Nobody waits for keys that are not wanted. */
function keyManagersFor({ wantsKeys = false }: KnownParatime): number {
  return wantsKeys ? 1 : 0
}

function nodeOf({ configPath, dataDir }: NodeFolder): RunningNode {
  const settings = loadConfig({ file: configPath, environment: {} }).config
  return new RunningNode({ settings, dataDir, isForTests: true })
}

/** Starts it. Everything is gone when it is stopped. */
export async function runParatime(
  paratime: KnownParatime,
  computeNodes: number,
): Promise<ParatimeNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-paratime-'))
  const { network, seed } = networkOf(paratime, computeNodes)
  const count = network.workers.length
  const [first = 0, ...ports] = await freePorts(1 + 2 * count)
  const workerPorts = Array.from({ length: count }, (_, i) => {
    return { consensus: ports[2 * i]!, p2p: ports[2 * i + 1]! }
  })
  const folders = makeNetworkFolders({ folder, network, ports: [first], workerPorts })
  const keyFile = join(folder, 'account.key')
  writeFileSync(keyFile, `${toHex(seed)}\n`, { mode: PRIVATE_MODE })
  const nodes = folders.map(nodeOf)
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  const failed = Promise.race(
    nodes.map(async (node) => {
      const ending = await node.ended
      return ending.kind === 'failed' ? ending.error : await new Promise(() => undefined)
    }),
  )
  try {
    for (const node of nodes) await node.start()
  } catch (error) {
    await stop()
    throw error
  }
  // After those of the validator and of key managers.
  const { dataDir } = folders[1 + keyManagersFor(paratime)]!
  return { target: `unix:${join(dataDir, 'internal.sock')}`, keyFile, failed, stop }
}
