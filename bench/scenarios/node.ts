/** A node as others use it, over gRPC: calls, streams, transactions. Seconds are of the clock. */

import { setTimeout as sleep } from 'node:timers/promises'
import { decode } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'
import { type Nodes, startOwnNodes } from '../src/loopback/nodes.ts'
import { makeTransfers } from '../src/loopback/transactions.ts'
import type { Partner, Scenario } from '../src/scenario.ts'

const OURS = 'wadi-node'
const SECOND = 1000
const ROUND_MS = 2_000
/** Calls that are under way at a time. */
const CALLERS = 64
const WATCHERS = 200
const ROUNDS = 3
const VALIDATORS = 4
const ACCOUNTS = 6_000
/** Transfers that are under way at a time: enough for blocks of a thousand. */
const SENDERS = 1_500
const WARM_UP_MS = 3_000
const LOAD_MS = 8_000
const PAYMENTS = 20

/** So many do the same again and again until the time is over; gives how often it was done. */
async function doTogether(count: number, ms: number, once: () => Promise<void>): Promise<number> {
  const endMs = performance.now() + ms
  let done = 0
  const worker = async () => {
    while (performance.now() < endMs) {
      await once()
      done++
    }
  }
  await Promise.all(Array.from({ length: count }, worker))
  return done
}

async function reach({ nodes }: LocalNetwork, height: bigint): Promise<void> {
  for await (const block of nodes[0]!.client.consensus.watchBlocks())
    if (block.height >= height) return
}

async function createCalls(): Promise<readonly Partner[]> {
  const network = await createNetwork({ validators: 1, blockMs: 50, processes: 'each' })
  await reach(network, 20n)
  const { consensus } = network.nodes[0]!.client
  let height = 0n
  return [
    {
      name: OURS,
      async round() {
        const begunMs = performance.now()
        const done = await doTogether(CALLERS, ROUND_MS, async () => {
          height = (height % 20n) + 1n
          await consensus.getBlock(height)
        })
        return (done * SECOND) / (performance.now() - begunMs)
      },
      close: () => void network.stop(),
      note: () => `one node in a process of its own, one connection, ${CALLERS} calls at a time`,
    },
  ]
}

async function createEvents(): Promise<readonly Partner[]> {
  const network = await createNetwork({ validators: 1, blockMs: 1, processes: 'each' })
  await reach(network, 2n)
  const { consensus } = network.nodes[0]!.client
  return [
    {
      name: OURS,
      async round() {
        const life = new AbortController()
        let count = 0
        const watch = async () => {
          const options = { signal: life.signal }
          try {
            for await (const _ of consensus.watchBlocks(undefined, options)) count++
          } catch (error) {
            if (!life.signal.aborted) throw error
          }
        }
        const watchers = Array.from({ length: WATCHERS }, watch)
        const begunMs = performance.now()
        await sleep(ROUND_MS)
        life.abort()
        await Promise.all(watchers)
        return (count * SECOND) / (performance.now() - begunMs)
      },
      close: () => void network.stop(),
      note: () => `${WATCHERS} who watch blocks that come as fast as one validator makes them`,
    },
  ]
}

interface Connected {
  readonly clients: readonly NodeClient[]
  close(): void
}

function connect({ dataDirs }: Nodes): Connected {
  const world = { clock: processClock, timers: nodeTimers }
  const channels = dataDirs.map(
    (dir) => new Channel({ target: `unix:${dir}/internal.sock`, ...world }),
  )
  return {
    clients: channels.map(createNodeClient),
    close() {
      for (const channel of channels) channel.close()
    },
  }
}

async function createTransfers(): Promise<readonly Partner[]> {
  const network = createNetworkGenesis({
    seed: 'payments',
    validators: VALIDATORS,
    accounts: ACCOUNTS,
    timeoutCommitMs: 0n,
    params: { skipTimeoutCommit: true },
  })
  const nodes = await startOwnNodes(network, 'oasis')
  const { clients, close } = connect(nodes)
  for (const { nodeController } of clients)
    await nodeController.waitSync(undefined, { whenAway: 'wait' })
  const next = makeTransfers(network)
  let latencies: number[] = []
  let turn = 0
  const pay = async () => {
    const client = clients[turn++ % clients.length]!
    const signed = decode(SignedTransaction, next())
    const begunMs = performance.now()
    await client.consensus.submitTx(signed)
    latencies.push(performance.now() - begunMs)
  }
  await doTogether(SENDERS, WARM_UP_MS, pay)
  return [
    {
      name: OURS,
      async round() {
        latencies = []
        const begunMs = performance.now()
        const done = await doTogether(SENDERS, LOAD_MS, pay)
        return (done * SECOND) / (performance.now() - begunMs)
      },
      close: () => {
        close()
        void nodes.stop()
      },
      note: () =>
        `${SENDERS} under way, each awaited: ${describe(latencies)}; this process signs them`,
    },
  ]
}

function describe(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(0)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}

async function createPayments(): Promise<readonly Partner[]> {
  const network = await createNetwork()
  await reach(network, 2n)
  const { nodes, accounts, files } = network
  const { client } = nodes[0]!
  const [from, to] = [accounts[0]!, accounts[1]!.address]
  let nonce = 0n
  let latencies: readonly number[] = []
  const pay = async (): Promise<number> => {
    const { chainContext } = files
    const order = { chainContext, from, to, amount: 1n, nonce: nonce++ }
    const begunMs = performance.now()
    await client.consensus.submitTx(decode(SignedTransaction, signedTransfer(order)))
    return performance.now() - begunMs
  }
  return [
    {
      name: OURS,
      async round() {
        const found: number[] = []
        for (let i = 0; i < PAYMENTS; i++) {
          // Not in step with the blocks.
          await sleep((i * 37) % 250)
          found.push(await pay())
        }
        latencies = found.toSorted((a, b) => a - b)
        return latencies[Math.floor(latencies.length / 2)]!
      },
      close: () => void network.stop(),
      note: () => `the local network as npm start has it: ${describe(latencies)}`,
    },
  ]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'node/get-block',
    unit: 'calls a second',
    goals: [{ contender: OURS, atLeast: 3_000 }],
    rounds: ROUNDS,
    create: createCalls,
  },
  {
    name: 'node/watch-blocks',
    unit: 'events a second',
    goals: [],
    rounds: ROUNDS,
    create: createEvents,
  },
  {
    name: 'node/transfers',
    unit: 'transfers a second',
    goals: [{ contender: OURS, atLeast: 1_000 }],
    rounds: ROUNDS,
    create: createTransfers,
  },
  {
    name: 'node/payment-latency',
    unit: 'ms from the submission to the block',
    goals: [{ contender: OURS, atMost: 300 }],
    rounds: ROUNDS,
    create: createPayments,
  },
]
