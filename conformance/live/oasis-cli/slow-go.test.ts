import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { toBase64, toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { deriveAccountKey, seedOfMnemonic } from '@wadi/client-keys/accountKey'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { GrpcServer } from '@wadi/grpc/server'
import { MNEMONIC } from '@wadi/localnet/accounts'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { nodeServices } from '@wadi/node-api/grpc-services'
import { createNodeApi } from '@wadi/node-api/node-api'
import { TestChain } from '@wadi/node-api/testing/test-chain'
import { testFacts } from '@wadi/node-api/testing/test-facts'
import { printAddress } from '@wadi/primitives/address'
import { buildProgram } from '../cbor/oracle.ts'
import { answersTo, refusalsOf, type ToldCall, tellCalls } from './toldCalls.ts'

const program = buildProgram(import.meta.dirname)
const SENDER = 4
const STAKED = 1_000n
/** What a proposal costs until it is decided. */
const DEPOSIT = 100n
const RUNTIME = `80${'00'.repeat(30)}77`
const UNKNOWN_SERVICE =
  'unknown/1 rpc error: code = Unimplemented desc = unknown service oasis-core.RuntimeClient'

describe("the calls of the oasis command line, made by the reference's clients", {
  skip: program.missing,
}, () => {
  let network: LocalNetwork
  let target: string
  let calls: readonly ToldCall[]

  before(async () => {
    network = await createNetwork({ validators: 1, blockMs: 50, epochBlocks: 200 })
    const [node] = network.nodes
    target = `unix:${node!.socketPath}`
    for await (const { height } of node!.client.consensus.watchBlocks()) if (height > 1n) break
    const seed = toHex(deriveAccountKey(seedOfMnemonic(MNEMONIC), SENDER))
    const other = printAddress(network.accounts[SENDER + 1]!.address)
    calls = await tellCalls(program.path, 'consensus', target, seed, other)
  })
  after(() => network.stop())

  it('are answered by a validator, but for what there is not', () => {
    const noBlock = /^unknown\/1 .* must be less than or equal to the current blockchain height/
    const { 'Consensus/GetBlock to come': future, ...refusals } = refusalsOf(calls)
    assert.match(future!, noBlock)
    assert.deepEqual(refusals, {
      'Registry/GetEntity of a node': 'registry/9 registry: no such entity',
      'Registry/GetRuntime': 'registry/11 registry: no such runtime',
      'Beacon/GetEpochBlock to come':
        'unknown/1 rpc error: code = Unknown desc = epochs: failed to find historic epoch',
      'Consensus/SubmitTx':
        'unknown/1 rpc error: code = Unknown desc = quantity: insufficient balance',
      'Governance/Proposal that is not there': 'governance/5 governance: no such proposal',
    })
  })

  it('tell what is true of the network', async () => {
    const { client } = network.nodes[0]!
    const one = (name: string) => answersTo(calls, name)[0] as Readonly<Record<string, unknown>>
    assert.equal(one('Consensus/GetChainContext'), network.files.chainContext)
    const { identity, mode } = one('NodeController/GetStatus')
    const own = (await client.nodeController.getStatus()).identity
    assert.equal(mode, 'validator')
    assert.equal((identity as { node: string }).node, toBase64(own.node))
    const [validator] = await client.scheduler.getValidators(0n)
    const [told] = one('Scheduler/GetValidators') as unknown as readonly { entity_id: string }[]
    assert.equal(told?.entity_id, toBase64(validator!.entityId))
    const block = one('Consensus/GetBlock') as { height: number; hash: string }
    assert.equal(block.hash, toHex((await client.consensus.getBlock(BigInt(block.height))).hash))
  })

  it('submit what changes balances, delegations and votes', async () => {
    const { client } = network.nodes[0]!
    const [self, other] = [SENDER, SENDER + 1].map((i) => network.accounts[i]!.address)
    const { general } = await client.staking.account({ height: 0n, owner: self! })
    const before = await client.staking.account({ height: 1n, owner: self! })
    const spent = 3n * STAKED + DEPOSIT
    assert.equal(general.balance, before.general.balance - spent)
    const accepted = answersTo(calls, 'Consensus/SubmitTx').length
    // The transfer that nobody can pay is in a block, too.
    assert.equal(general.nonce, BigInt(accepted) + 1n)
    const { general: theirs } = await client.staking.account({ height: 0n, owner: other! })
    assert.equal(theirs.balance, before.general.balance + STAKED)
    const votes = await client.governance.votes({ height: 0n, id: 1n })
    assert.deepEqual(votes[0]?.voter, self)
    const [to] = answersTo(calls, 'Staking/DelegationsTo') as Readonly<Record<string, unknown>>[]
    assert.ok(Object.hasOwn(to!, printAddress(self!)))
  })

  it('about ParaTimes are unknown to a validator, as to one of the reference', async () => {
    const refusals = refusalsOf(await tellCalls(program.path, 'paratime', target))
    const ofClient = Object.entries(refusals).filter(([name]) => name.startsWith('RuntimeClient/'))
    assert.deepEqual(new Set(ofClient.map(([, refusal]) => refusal)), new Set([UNKNOWN_SERVICE]))
  })
})

describe('the calls of the oasis command line about ParaTimes', { skip: program.missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-oasis-cli-'))
  const path = join(folder, 'internal.sock')
  let server: GrpcServer
  before(async () => {
    const chain = new TestChain()
    chain.add()
    const api = createNodeApi({ source: chain, facts: testFacts({ mode: 'client' }) })
    server = await GrpcServer.listen({
      listen: { kind: 'unix', path },
      implementations: nodeServices(api),
      clock: processClock,
      timers: nodeTimers,
      logger: createLogger('grpc', SILENT),
      onFailure: (error) => {
        throw error
      },
    })
  })
  after(async () => {
    await server.close(0)
    rmSync(folder, { recursive: true })
  })

  it("are refused by a client node that follows none, in the reference's numbers", async () => {
    const plain = 'unknown/1 rpc error: code = Unknown desc ='
    const missing = `${plain} runtime/registry: runtime not found: ${RUNTIME}`
    const notHosted = 'runtime/client/6 client: no hosted runtime is available'
    const told = await tellCalls(program.path, 'paratime', `unix:${path}`)
    assert.deepEqual(refusalsOf(told), {
      'RootHash/GetRuntimeState': 'roothash/3 roothash: invalid runtime',
      'RuntimeClient/GetBlock': missing,
      'RuntimeClient/GetGenesisBlock': 'roothash/3 roothash: invalid runtime',
      'RuntimeClient/GetTransactionsWithResults': missing,
      'RuntimeClient/GetEvents': missing,
      'RuntimeClient/Query': notHosted,
      'RuntimeClient/SubmitTxMeta': notHosted,
      'RuntimeClient/SubmitTxNoWait': notHosted,
    })
  })
})
