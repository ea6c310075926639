import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sample } from '@wadi/cbor/arbitrary'
import { encode, make } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { methodBodies } from '@wadi/consensus/methods'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { quantity } from '@wadi/primitives/quantity'
import { signTransaction, Transaction, transactionContext } from '@wadi/primitives/transaction'
import { TestNetwork } from '../testing/testNetwork.ts'
import { describeBody } from './describeBody.ts'
import { describeSignedTransaction, describeTransaction } from './describeTransaction.ts'
import { textOf } from './lines.ts'
import { loadNetwork, type NetworkTerms } from './networkTerms.ts'

const BODIES_PER_METHOD = 3

function withNetwork(use: (network: NetworkTerms) => void): void {
  using made = new TestNetwork()
  use(
    loadNetwork({
      'genesis.file': made.genesis,
      'debug.dont_blame_oasis': true,
      'debug.allow_test_keys': false,
    }),
  )
}

const token = { symbol: 'TEST', exponent: 6 }
const signer = createTestSigner('entity', 'whoever')

describe('a transaction that is shown', () => {
  it('has a form for every method, whatever the body says', () => {
    for (const [method, schema] of Object.entries(methodBodies))
      for (const body of sample<unknown>(schema as AnySchema, BODIES_PER_METHOD, 3)) {
        const lines = describeBody(method, encode(schema as AnySchema, body), token)
        assert.ok(lines.length > 0, method)
        assert.ok(!lines.some((line) => line.includes('undefined')), `${method}: ${lines}`)
      }
  })

  it('shows bytes where a body is not what its method takes', () => {
    const [first, second] = describeBody('staking.Transfer', Uint8Array.of(0xff), token)
    assert.match(first!, /^<error: cbor: malformed item/)
    assert.equal(second, '<malformed: /w==>')
    assert.deepEqual(describeBody('x.Y', Uint8Array.of(1), token), ['<unknown method body: AQ==>'])
    assert.deepEqual(describeBody('registry.DeregisterEntity', Uint8Array.of(), token), ['{}'])
  })

  it('tells the price of its gas, and the network that it is for', () => {
    withNetwork((network) => {
      const fee = { amount: quantity(2_500_000n), gas: 2n }
      const transaction = make(Transaction, { nonce: 7n, fee, method: 'x.Y' })
      assert.deepEqual(describeTransaction(transaction, network), [
        '  Method: x.Y',
        '  Body:',
        '    <unknown method body: >',
        '  Nonce:  7',
        '  Fee:',
        '    Amount: 2.5 TEST',
        '    Gas limit: 2',
        '    (gas price: 1.25 TEST per gas unit)',
        'Other info:',
        `  Genesis document's hash: ${network.chainContext}`,
      ])
      const { fee: _none, ...free } = transaction
      assert.ok(describeTransaction(make(Transaction, free), network).includes('  Fee:   none'))
    })
  })

  it('cannot do anything to the terminal, or look like more lines than it is', () => {
    withNetwork((network) => {
      const method = 'x.Y\u001b[2J\n  Nonce:  1\u009b1A'
      const transaction = make(Transaction, { nonce: 7n, method })
      const text = textOf(describeTransaction(transaction, network))
      assert.match(text, /^ {2}Method: x\.Y\\u001b\[2J\\u000a {2}Nonce: {2}1\\u009b1A\n {2}Body:\n/)
    })
  })

  it('says so if its signature is not valid on the network', () => {
    withNetwork((network) => {
      const transaction = make(Transaction, { nonce: 7n, method: 'x.Y' })
      const linesFor = (chainContext: string) =>
        describeSignedTransaction(
          signTransaction(signer, transactionContext(chainContext), transaction),
          network,
        )
      const invalid = '        [INVALID SIGNATURE]'
      assert.ok(!linesFor(network.chainContext).includes(invalid))
      assert.ok(linesFor('ff'.repeat(32)).includes(invalid))
    })
  })
})
