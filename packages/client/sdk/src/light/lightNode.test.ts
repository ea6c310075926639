import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encode, make, zero } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { Address } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { Transaction } from '@wadi/primitives/transaction'
import { calls as runtimeCalls } from '@wadi/runtime-protocol/client/api'
import { apiTransport } from '../compliance/apiTransport.ts'
import { rich, richAddress } from '../compliance/applicationChain.ts'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { createTestNode, type TestNode } from '../compliance/servedNode.ts'
import { createNodeClient, type NodeClient } from '../nodeClient.ts'
import { nodeCalls, nodeStreams } from '../nodeTables.ts'
import { callerOf } from '../tableClient.ts'
import { methodCall } from '../transactions/methodCall.ts'
import type { LightNode } from './lightNode.ts'

/** What the protocol has no proof for. */
const UNPROVABLE = [
  'Consensus/GetBlockResults',
  'Consensus/GetLastRetainedHeight',
  'Consensus/GetLightBlock',
  'Consensus/GetNextBlockState',
  'Consensus/GetParameters',
  'Consensus/GetStatus',
  'Consensus/GetTransactionsWithResults',
  'Consensus/GetUnconfirmedTransactions',
  'Consensus/GetValidators',
  'Governance/GetEvents',
  'NodeController/AddBundle',
  'NodeController/CancelUpgrade',
  'NodeController/GetStatus',
  'NodeController/IsReady',
  'NodeController/IsSynced',
  'NodeController/RequestShutdown',
  'NodeController/UpgradeBinary',
  'NodeController/WaitReady',
  'NodeController/WaitSync',
  'Registry/GetEvents',
  'RootHash/GetEvents',
  'Staking/GetEvents',
  'Vault/GetEvents',
]

/** What does something. */
const ACTIONS = /^Consensus\/Submit/

/** Requests about a height and about the last one. */
function requestsOf(request: AnySchema): readonly unknown[] {
  const nothing = zero(request)
  const heights = [0n, 2n, 3n]
  if (typeof nothing === 'bigint') return heights
  if (nothing === undefined || typeof nothing !== 'object' || nothing === null) return [nothing]
  const about = heights.map((height) => ({ ...nothing, height }))
  return 'owner' in nothing ? [...about, { ...about[1], owner: richAddress }] : about
}

async function outcomeOf(client: NodeClient, path: string, request: unknown): Promise<string> {
  const { response } = (nodeCalls as Record<string, { readonly response: AnySchema }>)[path]!
  try {
    return toHex(encode(response, await callerOf(client, path)(request)))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return `${error.module}/${error.code} ${error.message}`
  }
}

describe('a light client', () => {
  let node: TestNode
  let plain: NodeClient
  let light: LightNode
  before(() => {
    node = createTestNode()
    for (let i = 0; i < 4; i++) node.advance()
    const transport = apiTransport(node.api)
    plain = createNodeClient(transport)
    light = lightNodeOf(node.chain, [transport, transport])
  })

  const calls = Object.entries(nodeCalls).filter(([path]) => !ACTIONS.test(path))

  it('answers as the node does, or refuses by name', async () => {
    const refused: string[] = []
    for (const [path, { request }] of calls)
      for (const asked of requestsOf(request)) {
        const own = await outcomeOf(light.client, path, asked)
        const isRefused = own.startsWith('unknown/1 lightNode: there is no proof for it')
        if (!isRefused) assert.equal(own, await outcomeOf(plain, path, asked), path)
        else if (refused.at(-1) !== path) {
          refused.push(path)
          assert.match(own, new RegExp(`: ${path}`))
        }
      }
    // Of runtimes it knows only what the consensus layer does.
    assert.deepEqual(refused.sort(), [...UNPROVABLE, ...Object.keys(runtimeCalls)].sort())
  })

  it('runs a transaction itself, to see what it would use', async () => {
    const signer = PublicKey.check(rich.publicKey)
    const to = Address.check(new Uint8Array(21).fill(7))
    const asked = [
      methodCall('staking.Transfer', { to, amount: quantity(5n) }),
      methodCall('staking.Withdraw', { from: to, amount: quantity(5n) }),
      methodCall('staking.AddEscrow', { account: to, amount: quantity(500n) }),
      methodCall('governance.CastVote', { id: 1n, vote: 1 }),
      { method: 'nobody.Knows', body: Uint8Array.of(0xf6) },
    ]
    const estimates: bigint[] = []
    for (const call of asked) {
      const query = { signer, transaction: make(Transaction, call) }
      const gas = await light.client.consensus.estimateGas(query)
      assert.equal(gas, await plain.consensus.estimateGas(query))
      estimates.push(gas)
    }
    assert.ok(
      estimates.some((gas) => gas > 0n),
      estimates.join(' '),
    )
  })

  it('has no streams but that of blocks', () => {
    for (const path of Object.keys(nodeStreams).filter((name) => name !== 'Consensus/WatchBlocks'))
      assert.throws(() => callerOf(light.client, path)(undefined), {
        reason: 'lightNode.notProvable',
        context: path,
      })
  })

  it('tells headers with their validators, and results of transactions', async () => {
    const { header, hash, validators } = await light.header(3n)
    assert.equal(header.height, 3n)
    assert.deepEqual(hash, node.chain.hashAt(3n))
    assert.deepEqual(
      validators.map(({ votingPower }) => votingPower),
      [40n, 30n, 20n, 10n],
    )
    const [own] = await light.results(2n)
    assert.deepEqual(own?.code, 0)
  })

  it('knows what to trust the next time', async () => {
    await light.client.consensus.getLatestHeight()
    const { trusted } = light
    assert.deepEqual(trusted, { height: 4n, hash: node.chain.hashAt(4n) })
    const transport = apiTransport(node.api)
    const next = lightNodeOf(node.chain, [transport, transport], { trust: trusted })
    const query = { height: 2n, owner: richAddress }
    assert.deepEqual(await next.client.staking.account(query), await plain.staking.account(query))
  })

  it('believes nobody about another chain', async () => {
    const other = createTestNode()
    other.advance()
    const transports = [apiTransport(other.api), apiTransport(other.api)]
    const hash = new Uint8Array(32).fill(1)
    const deceived = lightNodeOf(other.chain, transports, { trust: { height: 1n, hash } })
    await assert.rejects(deceived.client.staking.totalSupply(0n), CodedError)
    const renamed = lightNodeOf(other.chain, transports, { chainContext: 'aa'.repeat(32) })
    await assert.rejects(renamed.client.staking.totalSupply(0n), CodedError)
  })

  it('needs a witness, and an honest one', async () => {
    const transport = apiTransport(node.api)
    assert.throws(() => lightNodeOf(node.chain, [transport]), { reason: 'light.noWitnesses' })
  })

  it('does not begin with a block that is too old', async () => {
    const transport = apiTransport(node.api)
    const late = lightNodeOf(node.chain, [transport, transport], { trustPeriodMs: 1 })
    await assert.rejects(late.client.staking.totalSupply(0n), { reason: 'light.expired' })
  })

  it('waits for an epoch until the state says that it is there', async () => {
    const caller = new AbortController()
    const honest = apiTransport(node.api)
    let looks = 0
    const unary: CallTransport['unary'] = (path, request) => {
      if (path.endsWith('/GetLatestHeight') && ++looks === 10) caller.abort()
      return honest.unary(path, request)
    }
    const { beacon } = lightNodeOf(node.chain, [{ ...honest, unary }, honest]).client
    await beacon.waitEpoch(10n)
    assert.equal(looks, 1)
    const waiting = beacon.waitEpoch(11n, { signal: caller.signal })
    await assert.rejects(waiting, { reason: 'grpc.canceled' })
    assert.ok(looks >= 10)
  })

  it('says when nobody answers, and stops waiting when it is told to', async () => {
    const away = { unary: () => Promise.reject(new UnavailableError('grpc.unavailable', 'away')) }
    const nobody = { ...apiTransport(node.api), ...away }
    const lonely = lightNodeOf(node.chain, [nobody, nobody])
    await assert.rejects(lonely.client.staking.totalSupply(0n), {
      reason: 'lightNode.noProvider',
    })
    const silent = { ...nobody, unary: () => new Promise<never>(() => undefined) }
    const waiting = lightNodeOf(node.chain, [silent, silent])
    const late = waiting.client.staking.totalSupply(0n, { timeoutMs: 1 })
    await assert.rejects(late, { reason: 'grpc.deadlineExceeded' })
    const signal = AbortSignal.abort()
    await assert.rejects(waiting.client.staking.totalSupply(0n, { signal }), {
      reason: 'grpc.canceled',
    })
  })
})
