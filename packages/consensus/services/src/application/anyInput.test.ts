import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { AddEscrow, Burn, type methodBodies, Transfer } from '@wadi/consensus/staking/methods'
import { EMPTY_HASH } from '@wadi/mkvs/roots'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import fc from 'fast-check'
import { accountOf, totalSupplyOf } from '../staking/queries.ts'
import { testContext } from '../testing/testContext.ts'
import { owner } from '../testing/testDocument.ts'
import { bob } from '../testing/testLedger.ts'
import { MemorySnapshots } from '../testing/testSnapshots.ts'
import {
  blockAt,
  decide,
  propose,
  runBlock,
  signedCall,
  TestNode,
  upgradeDocument,
} from '../testing/testUpgrade.ts'
import { Application } from './application.ts'
import { genesisValidators } from './genesisValidators.ts'
import { services } from './services.ts'

const MAX_TX_SIZE = 2_000n
const document = upgradeDocument({ maxTxSize: MAX_TX_SIZE })
const plain = { codespace: 'unknown', code: 1 }
const oversized = { codespace: 'consensus', code: 2 }

function rootOf({ committed }: TestNode): string {
  return toHex(committed.rootHash)
}

/** Two nodes of the same network, after a block. */
function twins(): readonly [TestNode, TestNode] {
  const nodes = [TestNode.begin({ document }), TestNode.begin({ document })] as const
  runBlock(nodes)
  return nodes
}

const good = signedCall({
  method: 'staking.Transfer',
  body: encode(Transfer, { to: bob, amount: quantity(1n) }),
})

/** COMPAT(oasis-core): a name whose letters have another case is the same name. */
const OTHER_CASE = 0x20
const changes = fc.integer({ min: 1, max: 255 }).filter((change) => change !== OTHER_CASE)

/** Bytes that are no transaction: anything, a good one with a byte changed, or a part of one. */
const junk: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.uint8Array({ minLength: Number(MAX_TX_SIZE) + 1, maxLength: Number(MAX_TX_SIZE) + 9 }),
  fc
    .tuple(fc.nat(good.length - 1), changes)
    .map(([at, change]) => good.map((byte, i) => (i === at ? byte ^ change : byte))),
  fc.nat(good.length - 1).map((size) => good.subarray(0, size)),
)

describe("Any bytes as a transaction, genesis document or block: the reference's error, the reference's code, and no change beyond what the reference changes", () => {
  it('as a transaction of a block, and for the mempool', () => {
    const [node, twin] = twins()
    fc.assert(
      fc.property(fc.array(junk, { minLength: 1, maxLength: 6 }), (raws) => {
        const expected = raws.map(({ length }) => (length > MAX_TX_SIZE ? oversized : plain))
        const codes = (results: readonly { readonly codespace: string; readonly code: number }[]) =>
          results.map(({ codespace, code }) => ({ codespace, code }))
        assert.deepEqual(codes(raws.map((raw) => node.application.checkTx(raw))), expected)
        const results = runBlock([node], raws).slice(0, -1)
        assert.deepEqual(codes(results), expected)
        for (const { gasUsed, gasWanted, events, data } of results)
          assert.deepEqual([gasUsed, gasWanted, events, data], [0n, 0n, [], undefined])
        runBlock([twin])
        assert.equal(rootOf(node), rootOf(twin))
      }),
      { numRuns: 40 },
    )
  })

  it('as a block: rejected as a proposal, fatal if it was decided, and forgotten', () => {
    const [node, twin] = twins()
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 4 }), fc.boolean(), (raws, isTwice) => {
        const { application } = node
        const block = blockAt(node.height + 1n)
        const decided = propose(twin)
        const bad = isTwice ? [...decided, ...raws, ...decided] : raws
        assert.equal(application.processProposal(block, bad), false)
        const run = () => {
          application.beginBlock(block)
          for (const raw of bad) application.deliverTx(raw)
          application.endBlock()
        }
        const reason = isTwice ? 'block.duplicateMetadata' : 'block.missingMetadata'
        assert.throws(run, { module: 'unknown', code: 1, reason })
        assert.ok(application.processProposal(block, decided))
        decide(node, decided)
        decide(twin, decided)
        assert.equal(rootOf(node), rootOf(twin))
      }),
      { numRuns: 40 },
    )
  })

  it('as a genesis document: refused when it is read or when the chain would begin', () => {
    const text = printGenesis(document)
    const damaged = fc
      .tuple(fc.nat(text.length - 1), fc.constantFrom('', '"', '0', 'null', '{', '}', 'AAAA', '-1'))
      .map(([at, other]) => text.slice(0, at) + other + text.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), damaged), (some) => {
        const store = new MemorySnapshots()
        try {
          const read = parseGenesis(some)
          const { chain } = testContext({ initialHeight: read.height })
          const application = new Application({ chain, services, store })
          const validators = genesisValidators(read, chain.signatures)
          application.initChain({ document: read, validators })
        } catch (error) {
          assert.ok(error instanceof CodedError, `${error}`)
          assert.deepEqual(store.tree.rootHash(), EMPTY_HASH)
        }
      }),
      { numRuns: 40 },
    )
  })
})

type Name = keyof typeof methodBodies
type Call = readonly [Name, Uint8Array]

const amount = fc.bigInt(0n, 6n).map(quantity)
const account = fc.constantFrom(owner, bob, BURN_ADDRESS)
const call: fc.Arbitrary<Call> = fc.oneof(
  fc
    .record({ to: account, amount })
    .map((body): Call => ['staking.Transfer', encode(Transfer, body)]),
  fc
    .record({ account, amount })
    .map((body): Call => ['staking.AddEscrow', encode(AddEscrow, body)]),
  amount.map((burnt): Call => ['staking.Burn', encode(Burn, { amount: burnt })]),
  fc.uint8Array({ maxLength: 3 }).map((body): Call => ['staking.Burn', body]),
)

/** The owner's transactions for the next block. */
function transactionsOf(node: TestNode, calls: readonly Call[]): readonly Uint8Array[] {
  const { nonce } = accountOf(node.committed.state, owner).general
  return calls.map(([method, body], i) => signedCall({ nonce: nonce + BigInt(i), method, body }))
}

describe('replay is a function (same input, same root, any process)', () => {
  it('whether a node proposes, is told, or begins anew in between', () => {
    const blocks = fc.array(fc.tuple(fc.array(call, { maxLength: 4 }), fc.boolean()), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(blocks, (script) => {
        const [own, told] = twins()
        let restarted = told.restart()
        for (const [calls, restarts] of script) {
          if (restarts) restarted = restarted.restart()
          const supply = totalSupplyOf(own.committed.state)
          const decided = propose(own, transactionsOf(own, calls))
          assert.notDeepEqual(decided, [])
          assert.ok(own.application.processProposal(blockAt(own.height + 1n), decided))
          const results = decide(own, decided)
          for (const node of [told, restarted]) {
            assert.deepEqual(decide(node, decided), results)
            assert.equal(rootOf(node), rootOf(own))
          }
          const burns = calls.some(([method]) => method !== 'staking.AddEscrow')
          assert.ok(burns || totalSupplyOf(own.committed.state) === supply)
          for (const { violations } of services)
            assert.deepEqual([...violations(own.committed.state)], [])
        }
      }),
      { numRuns: 8 },
    )
  })
})
