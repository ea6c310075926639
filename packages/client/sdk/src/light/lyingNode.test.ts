import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { Transaction } from '@wadi/primitives/transaction'
import fc from 'fast-check'
import { apiTransport } from '../compliance/apiTransport.ts'
import { rich, richAddress } from '../compliance/applicationChain.ts'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { lyingTransport, plots } from '../compliance/lyingTransport.ts'
import { createTestNode } from '../compliance/servedNode.ts'
import { createNodeClient, type NodeClient } from '../nodeClient.ts'
import { nodeCalls } from '../nodeTables.ts'
import { methodCall } from '../transactions/methodCall.ts'

type Question = readonly [
  path: keyof typeof nodeCalls,
  ask: (client: NodeClient) => Promise<unknown>,
]

const QUESTIONS: readonly Question[] = [
  ['Staking/Account', ({ staking }) => staking.account({ height: 0n, owner: richAddress })],
  ['Staking/Account', ({ staking }) => staking.account({ height: 2n, owner: richAddress })],
  ['Staking/Addresses', ({ staking }) => staking.addresses(3n)],
  ['Staking/TotalSupply', ({ staking }) => staking.totalSupply(0n)],
  ['Registry/GetNodes', ({ registry }) => registry.getNodes(2n)],
  ['Registry/GetEntity', ({ registry }) => registry.getEntity({ height: 2n, id: ID })],
  ['Beacon/GetEpochBlock', ({ beacon }) => beacon.getEpochBlock(10n)],
  ['Governance/Proposals', ({ governance }) => governance.proposals(0n)],
  ['Consensus/GetBlock', ({ consensus }) => consensus.getBlock(3n)],
  ['Consensus/GetTransactionsWithProofs', (client) => proofsOf(client)],
  ['Consensus/EstimateGas', (client) => estimateOf(client)],
  ['Consensus/GetGenesisDocument', ({ consensus }) => consensus.getGenesisDocument()],
]
const ID = nodeCalls['Registry/GetEntity'].request.zero.id
const CALL = methodCall('staking.AddEscrow', { account: richAddress, amount: quantity(5n) })
const transaction = make(Transaction, CALL)
const signer = PublicKey.check(rich.publicKey)
const estimateOf = ({ consensus }: NodeClient) => consensus.estimateGas({ signer, transaction })
const proofsOf = ({ consensus }: NodeClient) => consensus.getTransactionsWithProofs(2n)

async function outcomeOf([path, ask]: Question, client: NodeClient): Promise<string> {
  const { response } = nodeCalls[path] as { readonly response: AnySchema }
  try {
    return toHex(encode(response, await ask(client)))
  } catch (error) {
    if (error instanceof UnavailableError) return 'no answer'
    if (error instanceof CodedError) return `${error.module} ${error.message}`
    throw error
  }
}

describe('a node that lies', () => {
  const node = createTestNode()
  for (let i = 0; i < 4; i++) node.advance()
  const honest = apiTransport(node.api)
  const plain = createNodeClient(honest)
  const question = fc.constantFrom(...QUESTIONS)

  /** An answer, the node's own refusal, or why nothing is believed. */
  async function isTruth(asked: Question, said: string): Promise<boolean> {
    return /^no answer|^unknown /.test(said) || said === (await outcomeOf(asked, plain))
  }

  it('is not believed whatever it changes in its answers', async () => {
    await fc.assert(
      fc.asyncProperty(question, plots, async (asked, lies) => {
        const liar = lyingTransport(honest, lies)
        const { client } = lightNodeOf(node.chain, [liar, honest])
        assert.ok(await isTruth(asked, await outcomeOf(asked, client)))
      }),
      { numRuns: 80 },
    )
  })

  it('is not believed either if its witness is in league with it', async () => {
    await fc.assert(
      fc.asyncProperty(question, plots, async (asked, lies) => {
        const liars = [lyingTransport(honest, lies), lyingTransport(honest, lies)]
        const { client } = lightNodeOf(node.chain, liars)
        assert.ok(await isTruth(asked, await outcomeOf(asked, client)))
      }),
      { numRuns: 80 },
    )
  })

  it('fools who believes it', async () => {
    let fooled = 0
    await fc.assert(
      fc.asyncProperty(question, plots, async (asked, lies) => {
        const first = lies.map((plot) => ({ ...plot, turn: 0 }))
        const said = await outcomeOf(asked, createNodeClient(lyingTransport(honest, first)))
        if (!(await isTruth(asked, said))) fooled++
      }),
      { numRuns: 100 },
    )
    assert.ok(fooled > 10, `${fooled}`)
  })
})
