import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { decodeRust } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { processClock } from '@wadi/compose/process-world'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { Channel } from '@wadi/grpc/channel'
import { Call } from '@wadi/paratime-keyvalue/call'
import { quantity } from '@wadi/primitives/quantity'
import { testEntity } from '@wadi/provisioning/test-entity'
import { createNodeClient } from '@wadi/sdk/node-client'
import type { RunningNode } from '../../../runningNode.ts'
import { nodeOf } from '../../../testing/nodesHere.ts'
import { runWorkload } from './runWorkload.ts'
import { workloadNetwork } from './testing/workloadNetwork.ts'
import { checkRuntime } from './workloads/queries/runtimeAnswers.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-txsource-'))
const network = createNetworkGenesis(
  workloadNetwork({
    seed: 'runtime workload',
    validators: 1,
    // A node that does not vote falls behind blocks that come faster, if the machine is busy.
    timeoutCommitMs: 300n,
    epochBlocks: 20n,
    paratimes: { paratimes: ['keyvalue'], computeNodes: 1 },
  }),
)
/** From this one each action follows within the first ten. */
const SEED = 'a seed of at least thirty-two bytes, 1546'
const ITERATIONS = 10
const EMPTY_LIST = Uint8Array.of(0x80)
const TURNS = 3
/** What the workload calls, and what it sends. */
const KINDS = [
  ...['insert', 'get', 'remove', 'consensus_withdraw', 'consensus_transfer'],
  ...['consensus_add_escrow', 'consensus_reclaim_escrow', 'message'],
]
const runtimeId = PARATIMES.keyvalue.id
const QUERIES = { keptVersions: 1_000n, runtimeId, asksRounds: true }
const COMPARISONS = 10
let folders: readonly NodeFolder[] = []
let nodes: readonly RunningNode[] = []
let channel: Channel

type Unary = CallTransport['unary']

/** Answers of some calls go another way. */
function through(unary: (...[path, request, options]: Parameters<Unary>) => ReturnType<Unary>) {
  return { stream: channel.stream.bind(channel), unary }
}

async function run(iterations: number, transport: CallTransport): Promise<void> {
  let left = iterations
  await runWorkload({
    name: 'runtime',
    seed: SEED,
    transport,
    chainContext: network.chainContext,
    gasPrice: quantity(0n),
    source: testEntity().signer,
    validatorEntities: [],
    queries: QUERIES,
    log: createLogger('txsource', SILENT),
    goesOn: async () => --left > 0,
  })
}

/** The methods of all calls that rounds have, and `message` if they took any. */
async function done(): Promise<readonly string[]> {
  const client = createNodeClient(channel)
  const last = await client.consensus.getLatestHeight()
  const found = new Set<string>()
  for (let height = 1n; height <= last; height++)
    for (const { finalized, inMsgProcessed } of await client.rootHash.getEvents(height)) {
      if (inMsgProcessed !== undefined) found.add('message')
      if (finalized === undefined) continue
      const question = { runtimeId, round: finalized.round }
      const inputs = await client.runtimeClient.getTransactions(question)
      for (const input of inputs) found.add(decodeRust(Call, input).method)
    }
  return [...found].toSorted()
}

/** What the workload `queries` compares of many rounds. */
async function compareRounds(transport: CallTransport): Promise<void> {
  const client = createNodeClient(transport)
  const random = new SeededRandom(2n)
  const height = await client.consensus.getLatestHeight()
  for (let i = 0; i < COMPARISONS; i++)
    await checkRuntime({ client, random, queries: QUERIES }, height)
}

describe('debug txsource with a runtime', () => {
  before(async () => {
    const [port = 0, consensus = 0, p2p = 0] = await freePorts(3)
    folders = makeNetworkFolders({
      folder,
      network,
      ports: [port],
      workerPorts: [{ consensus, p2p }],
    })
    nodes = folders.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
    for (const node of nodes) await node.start()
    const target = `unix:${join(folders[1]!.dataDir, 'internal.sock')}`
    channel = new Channel({ target, clock: processClock, timers: nodeTimers })
  })
  after(async () => {
    channel.close()
    await Promise.all(nodes.map((node) => node.stop()))
    rmSync(folder, { recursive: true })
  })

  it('finds that calls and messages go as they are reckoned, on both layers', async () => {
    await run(ITERATIONS, channel)
    assert.deepEqual(await done(), KINDS.toSorted())
  })

  it('reckons right when the node is killed in the middle of a call', async () => {
    const random = new SeededRandom(1n)
    const killed: string[] = []
    const mortal = through(async (path, request, options) => {
      if (!path.includes('/SubmitTxMeta')) return await channel.unary(path, request, options)
      const turn = randomBelow(random, TURNS)
      if (turn === 0) throw new UnavailableError('grpc.unavailable', 'killed before')
      const answer = await channel.unary(path, request, options)
      if (turn === 1) {
        killed.push(path)
        throw new UnavailableError('grpc.unavailable', 'killed after')
      }
      return answer
    })
    await run(ITERATIONS, mortal)
    assert.ok(killed.length > 0)
  })

  it('finds out a runtime that tells other events than it should', async () => {
    const silent = through(async (path, request, options) =>
      path.includes('RuntimeClient/GetEvents')
        ? EMPTY_LIST
        : await channel.unary(path, request, options),
    )
    await assert.rejects(run(ITERATIONS, silent), { reason: 'txsource.contradiction' })
  })

  it('finds that what is said of rounds agrees', async () => {
    await compareRounds(channel)
  })

  it('finds out a node that leaves out what a round has', async () => {
    const forgetful = through(async (path, request, options) =>
      path.includes('RuntimeClient/GetTransactionsWithResults')
        ? EMPTY_LIST
        : await channel.unary(path, request, options),
    )
    await assert.rejects(compareRounds(forgetful), { reason: 'txsource.contradiction' })
  })
})
