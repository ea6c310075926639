/** Four validators on the loopback interface, beside four of CometBFT under the same load. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { findComet } from '@wadi/conformance/comet-binary'
import { connect, loadedNodes } from '../src/loopback/loadedNodes.ts'
import { type LoadResult, measureQuietly } from '../src/loopback/measureLoad.ts'
import { type Nodes, startCometNodes, startOwnNodes } from '../src/loopback/nodes.ts'
import { canSeeProcesses } from '../src/loopback/processUse.ts'
import { makePairs, makeTransfers } from '../src/loopback/transactions.ts'
import type { Contender, Scenario } from '../src/scenario.ts'

const OURS = 'wadi-node'
const COMET = 'CometBFT 0.37.18 (Go)'
const ROUNDS = 3
const SERVICES_ROUNDS = 2
const VALIDATORS = 4
/** More than are ever under way, so that nobody waits for a transfer of his own. */
const ACCOUNTS = 6000
const SETTLE_MS = 4000
const QUIET_MS = 8000
const SECOND = 1000
const MEGABYTE = 1_000_000

/** Blocks follow each other as soon as all votes are there. */
function makeNetwork(seed: string, accounts: number): NetworkGenesis {
  return createNetworkGenesis({
    seed,
    validators: VALIDATORS,
    accounts,
    timeoutCommitMs: 0n,
    params: { skipTimeoutCommit: true },
  })
}

function absentAll(names: readonly string[]): readonly Contender[] | undefined {
  if (canSeeProcesses()) return undefined
  return names.map((name) => ({ name, absent: 'this system does not tell what processes use' }))
}

async function comet(start: (binary: string) => Promise<Contender>): Promise<Contender> {
  const { path, missing } = findComet()
  return missing === false ? await start(path) : { name: COMET, absent: missing }
}

async function createPairs(): Promise<readonly Contender[]> {
  const network = makeNetwork('pairs', 1)
  return (
    absentAll([OURS, COMET]) ?? [
      await loadedNodes({
        name: OURS,
        nodes: await startOwnNodes(network, 'kvstore'),
        next: makePairs(),
      }),
      await comet(async (binary) =>
        loadedNodes({
          name: COMET,
          nodes: await startCometNodes(network, binary),
          next: makePairs(),
        }),
      ),
    ]
  )
}

async function createServices(): Promise<readonly Contender[]> {
  const network = makeNetwork('services', ACCOUNTS)
  return (
    absentAll([OURS]) ?? [
      await loadedNodes({
        name: OURS,
        nodes: await startOwnNodes(network, 'oasis'),
        next: makeTransfers(network),
      }),
    ]
  )
}

/** What validators do when there is nothing to do. */
async function watchIdle(nodes: Nodes): Promise<LoadResult> {
  const peer = await connect(nodes)
  try {
    await sleep(SETTLE_MS)
    return (await measureQuietly(nodes, peer, QUIET_MS))()
  } finally {
    peer.stop()
    await nodes.stop()
  }
}

const idle = new Map<string, Promise<LoadResult>>()

/** Each is watched once, for all that is told of it. */
function idleOf(name: string, start: () => Promise<Nodes>): Promise<LoadResult> {
  const known = idle.get(name) ?? start().then(watchIdle)
  idle.set(name, known)
  return known
}

async function createIdle(figure: (result: LoadResult) => number): Promise<readonly Contender[]> {
  const network = makeNetwork('idle', 1)
  const own = () => idleOf(OURS, () => startOwnNodes(network, 'oasis'))
  return (
    absentAll([OURS, COMET]) ?? [
      { name: OURS, measure: async () => figure(await own()) },
      await comet(async (binary) => ({
        name: COMET,
        measure: async () => figure(await idleOf(COMET, () => startCometNodes(network, binary))),
      })),
    ]
  )
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'loopback/pairs',
    unit: 'transactions per CPU second of all four',
    yardstick: COMET,
    goals: [{ contender: OURS, atLeast: 1.5, times: COMET }],
    rounds: ROUNDS,
    create: createPairs,
  },
  {
    name: 'loopback/services',
    unit: 'transactions per CPU second of all four',
    goals: [],
    rounds: SERVICES_ROUNDS,
    create: createServices,
  },
  {
    name: 'loopback/idle-block-time',
    unit: 'ms',
    yardstick: COMET,
    goals: [{ contender: OURS, atMost: 100 }],
    create: () => createIdle(({ seconds, blocks }) => (seconds * SECOND) / blocks),
  },
  {
    name: 'loopback/idle-memory',
    unit: 'MB of the largest process',
    yardstick: COMET,
    goals: [{ contender: OURS, atMost: 200 }],
    create: () => createIdle(({ residentBytes }) => residentBytes / MEGABYTE),
  },
]
