/** Four validators on the loopback interface, each a process: ours, or CometBFT's. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '@wadi/base/errors'
import { cometFiles, cometNodeId, cometTimeouts } from '@wadi/compose/comet-files'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { nodeArguments } from '@wadi/compose/testing/node-process'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'

const WADI_NODE = fileURLToPath(new URL('../../../apps/node/src/main.ts', import.meta.url))

/** Processes that are validators of one chain. */
export interface Nodes {
  readonly chainId: string
  readonly pids: readonly number[]
  /** `id@host:port` of each. */
  readonly addresses: readonly string[]
  /** Their folders. */
  readonly dataDirs: readonly string[]
  /** None of them does anything until they go on: so that others are measured meanwhile. */
  pause(): void
  goOn(): void
  /** Ends all of them, and removes what they stored. */
  stop(): Promise<void>
}

/** What the nodes of ours run. */
export type OwnApplication = 'kvstore' | 'oasis'

interface NodeCommand {
  readonly program: string
  readonly args: readonly string[]
  /** Where it says what it says. */
  readonly log: string
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function start(commands: readonly NodeCommand[]) {
  const children = commands.map(({ program, args, log }) => {
    const said = openSync(log, 'a')
    return spawn(program, args, { stdio: ['ignore', said, said] })
  })
  // Whatever becomes of the benchmark, they end with it.
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL')
  })
  return {
    pids: children.map(({ pid }) => {
      assert(pid !== undefined, 'a process starts')
      return pid
    }),
    signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM') {
      for (const child of children) child.kill(name)
    },
    ended: () => Promise.all(children.map(exitOf)),
  }
}

function addressesOf({ validators }: NetworkGenesis, ports: readonly number[]): readonly string[] {
  return validators.map(({ p2p }, i) => `${cometNodeId(p2p.publicKey)}@127.0.0.1:${ports[i]}`)
}

interface Place {
  readonly folder: string
  readonly dataDirs: readonly string[]
}

function begin(
  { folder, dataDirs }: Place,
  network: NetworkGenesis,
  ports: readonly number[],
  commands: readonly NodeCommand[],
): Nodes {
  const { pids, signal, ended } = start(commands)
  return {
    chainId: genesisOf(network.document, chainTermsOf(network.document)).chainId,
    pids,
    addresses: addressesOf(network, ports),
    dataDirs,
    pause: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async stop() {
      signal('SIGTERM')
      signal('SIGCONT')
      await ended()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Starts processes of ours; the signatures are CometBFT's, so that both can be asked alike. */
export async function startOwnNodes(
  network: NetworkGenesis,
  application: OwnApplication,
): Promise<Nodes> {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-loopback-'))
  const ports = await freePorts(network.validators.length)
  const settings = { wadi: { test: { dialect: 'stock', application } } }
  const folders = makeNetworkFolders({ folder, network, ports, settings })
  const commands = folders.map(({ configPath, dataDir }) => ({
    program: process.execPath,
    args: nodeArguments(WADI_NODE, configPath),
    log: join(dataDir, 'said.log'),
  }))
  const dataDirs = folders.map(({ dataDir }) => dataDir)
  return begin({ folder, dataDirs }, network, ports, commands)
}

/** Starts CometBFT's binary with the store of pairs that is built into it. */
export async function startCometNodes(network: NetworkGenesis, binary: string): Promise<Nodes> {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-comet-'))
  const ports = await freePorts(network.validators.length)
  const addresses = addressesOf(network, ports)
  const commands = addresses.map((address, i) => {
    const home = join(folder, `node-${i}`)
    const files = cometFiles({
      genesis: genesisOf(network.document, chainTermsOf(network.document)),
      consensusSeed: network.validators[i]!.consensus.seed,
      p2pSeed: network.validators[i]!.p2p.seed,
      proxyApp: 'kvstore',
      p2pAddress: `tcp://127.0.0.1:${ports[i]}`,
      rpcAddress: '',
      peers: addresses.filter((other) => other !== address),
      settings: [
        cometTimeouts(network.document),
        // Whatever ours does not have, or does not do, is off.
        { '': { log_level: 'error' }, tx_index: { indexer: 'null' }, mempool: { version: 'v0' } },
      ],
    })
    for (const { path, text } of files) {
      mkdirSync(dirname(join(home, path)), { recursive: true })
      writeFileSync(join(home, path), text)
    }
    return { program: binary, args: ['start', '--home', home], log: join(home, 'said.log') }
  })
  const dataDirs = addresses.map((_, i) => join(folder, `node-${i}`))
  return begin({ folder, dataDirs }, network, ports, commands)
}
