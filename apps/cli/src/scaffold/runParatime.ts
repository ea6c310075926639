/** A network of its own for one ParaTime: a validator, and nodes that run its program. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkOptions } from '@wadi/compose/network-genesis'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { RunningNode } from '@wadi/node/running-node'
import { loadConfig } from '@wadi/node-config/load-config'
import type { Paratime } from '@wadi/paratime-sdk/paratime'
import { stakingAddress } from '@wadi/primitives/address'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { printVersion } from '@wadi/primitives/version'
import { errors } from '../errors.ts'
import { asObject, parseObject } from '../words/jsonObject.ts'

/** How many nodes execute its rounds, unless told otherwise. */
export const COMPUTE_NODES = 1

/** A ParaTime in a folder of somebody's. */
export interface OwnParatime {
  readonly name: string
  readonly id: Namespace
  readonly version: Paratime['version']
  /** The path of its program. */
  readonly program: string
}

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
const FUNDS = 1_000_000_000_000_000n
const PRIVATE_MODE = 0o600

/** Reads what `wadi paratime new` made, and somebody has changed since. */
export async function loadParatime(path: string): Promise<OwnParatime> {
  const folder = resolve(path)
  const said = join(folder, 'paratime.json')
  const program = join(folder, 'program.ts')
  const module = join(folder, 'paratime.ts')
  const missing = [said, program, module].find((file) => !existsSync(file))
  if (missing !== undefined)
    throw errors.badFile(`${missing} is not there; make a ParaTime with wadi paratime new <name>`)
  const { name, id } = parseObject(readFileSync(said, 'utf8')) ?? {}
  if (typeof name !== 'string' || typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id))
    throw errors.badFile(`${said} has no name, or no id of 64 hexadecimal digits; write them in`)
  const { paratime } = (await import(pathToFileURL(module).href)) as { paratime?: Paratime }
  if (asObject(paratime?.version) === undefined)
    throw errors.badFile(`${module} exports no paratime with a version; see the example of the SDK`)
  return { name, id: Namespace.check(parseHex(id)), version: paratime!.version, program }
}

/** The network, in which the ParaTime stands in the place of one of this house. */
function networkOf({ id, version, name }: OwnParatime, computeNodes: number) {
  const seed = sha512Trunc256(toUtf8(`wadi paratime run: ${name}`))
  const signer = createMemorySigner('entity', new Secret(seed))
  const address = stakingAddress(PublicKey.check(signer.publicKey))
  const options: NetworkOptions = {
    ...HASTY,
    seed: `paratime ${name}`,
    validators: 1,
    accounts: [{ signer, address }],
    balance: FUNDS,
    paratimes: { paratimes: ['accounts'], computeNodes },
    change: (document: GenesisDocument) => {
      const { registry } = document
      const runtimes = registry.runtimes.map(
        (runtime) => runtime && { ...runtime, id, deployments: deploymentsOf(runtime, version) },
      )
      return { ...document, registry: { ...registry, runtimes } }
    },
  }
  return { network: createNetworkGenesis(options), seed }
}

type Described = NonNullable<GenesisDocument['registry']['runtimes'][number]>

function deploymentsOf({ deployments }: Described, version: OwnParatime['version']) {
  return deployments?.map((deployment) => deployment && { ...deployment, version })
}

function nodeOf({ configPath, dataDir }: NodeFolder): RunningNode {
  const settings = loadConfig({ file: configPath, environment: {} }).config
  return new RunningNode({ settings, dataDir, isForTests: true })
}

/** Starts it. Everything is gone when it is stopped. */
export async function runParatime(
  paratime: OwnParatime,
  computeNodes: number,
): Promise<ParatimeNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-paratime-'))
  const { network, seed } = networkOf(paratime, computeNodes)
  const [first = 0, ...ports] = await freePorts(1 + 2 * computeNodes)
  const workerPorts = Array.from({ length: computeNodes }, (_, i) => {
    return { consensus: ports[2 * i]!, p2p: ports[2 * i + 1]! }
  })
  const { id, version, program: module } = paratime
  const own = { id: toHex(id), version: printVersion(version), module }
  const settings = (i: number) => (i === 0 ? {} : { runtime: {}, wadi: { paratimes: [own] } })
  const folders = makeNetworkFolders({ folder, network, ports: [first], workerPorts, settings })
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
  return { target: `unix:${join(folders[1]!.dataDir, 'internal.sock')}`, keyFile, failed, stop }
}
