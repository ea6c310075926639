import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toHex } from '@wadi/base/bytes'
import { decodeRust, encode, encodeRust } from '@wadi/cbor/codec'
import { type Item, integerItem, readItem, sortItem, writeItem } from '@wadi/cbor/item'
import { bytes as cborBytes } from '@wadi/cbor/scalars'
import fc from 'fast-check'
import { alice, bob, charlie, dave, erin, frank, together } from '../testing/testKeys.ts'
import {
  coreParameters,
  signatureContext,
  signed,
  signedTogether,
  TestChain,
  transactionOf,
  transferTo,
} from '../testing/testParatime.ts'
import { Transaction, UnverifiedTransaction } from '../types/transaction.ts'
import { signTransaction } from './signTransaction.ts'

const chain = new TestChain()
const call = transferTo(charlie.address, 1n)

/** What is said of an input, without core's own words before it. */
function verdictOn(input: Uint8Array): string {
  const { error } = chain.check([input])[0]!
  if (error.code === 0) return 'good'
  const title = 'malformed transaction: '
  return `${error.module}/${error.code} ${error.message.replaceAll(title, '')}`
}

function mapOf(bytes: Uint8Array): readonly (readonly [Item, Item])[] {
  const item = readItem(bytes)
  return item.kind === 'map' ? item.pairs : []
}

const text = (value: string): Item => ({ kind: 'text', text: value })
const bytes = (value: Uint8Array): Item => ({ kind: 'bytes', bytes: value })

/** A transaction of Alice's whose body is another one, signed as it is. */
function withBody(body: Uint8Array): Uint8Array {
  const signature = alice.signer.sign(signatureContext, body)
  return encodeRust(UnverifiedTransaction, {
    body,
    authProofs: [{ kind: 'signature', body: signature }],
  })
}

const good = signed(alice, call)
const body = decodeRust(UnverifiedTransaction, good).body

describe('transactions of any shape', () => {
  it('are good when each kind of signer has signed', () => {
    for (const key of [alice, dave, frank]) assert.equal(verdictOn(signed(key, call)), 'good')
    const { signer } = bob
    assert.equal(verdictOn(signedTogether(call, [alice.signer, signer])), 'good')
  })

  it('are refused when they are not CBOR, or more than that', () => {
    assert.equal(verdictOn(new Uint8Array(0)), 'core/1 parsing failed')
    assert.equal(verdictOn(good.subarray(1)), 'core/1 parsing failed')
    assert.equal(verdictOn(concatBytes(good, Uint8Array.of(0))), 'core/1 parsing failed')
    assert.equal(verdictOn(Uint8Array.of(0xf6)), 'core/1 missing field')
    assert.equal(verdictOn(Uint8Array.of(0xa0)), 'core/1 unexpected type')
    assert.equal(verdictOn(withBody(Uint8Array.of(0xff))), 'core/1 parsing failed')
  })

  it('are refused at one byte beyond the largest size', () => {
    const filled = (size: number) => {
      const more =
        size - signed(alice, { ...call, body: encode(cborBytes, new Uint8Array(0)) }).length
      const input = signed(alice, { ...call, body: encode(cborBytes, new Uint8Array(more - 4)) })
      return input
    }
    const inputs = [0, 1, 2, 3, 4, 5].map((i) => filled(coreParameters.maxTxSize - 3 + i))
    const verdicts = inputs.map((input) => [input.length, verdictOn(input)] as const)
    for (const [size, verdict] of verdicts) {
      const isTooLarge = size > coreParameters.maxTxSize
      assert.equal(verdict === 'core/23 transaction is too large', isTooLarge, `${size} ${verdict}`)
    }
    assert.ok(verdicts.some(([size]) => size === coreParameters.maxTxSize))
    assert.ok(verdicts.some(([size]) => size === coreParameters.maxTxSize + 1))
  })

  it('are refused with one proof, or one place, more than allowed', () => {
    const { maxTxSigners, maxMultisigSigners } = coreParameters
    const proofs = (count: number, places: number) => {
      const proof = { kind: 'multisig', body: Array(places).fill(undefined) } as const
      const input = encodeRust(UnverifiedTransaction, {
        body,
        authProofs: Array(count).fill(proof),
      })
      return verdictOn(input)
    }
    assert.match(proofs(maxTxSigners, maxMultisigSigners), /unexpected number of auth proofs/)
    assert.equal(proofs(maxTxSigners + 1, 0), 'core/15 too many authentication slots')
    assert.equal(proofs(1, maxMultisigSigners + 1), 'core/16 multisig too many signers')
  })

  it('are refused with too few proofs, and with proofs of another kind', () => {
    const withProofs = (items: readonly Item[]) =>
      verdictOn(writeItem({ kind: 'list', items: [bytes(body), { kind: 'list', items }] }))
    assert.match(withProofs([]), /expected 1 but found 0/)
    const module: Item = { kind: 'map', pairs: [[text('module'), text('evm.ethereum.v0')]] }
    assert.match(withProofs([module]), /scheme evm.ethereum.v0 not supported/)
    assert.equal(
      withProofs([module, module]),
      'core/1 unexpected number of auth proofs. expected 1 but found 2',
    )
    const internal: Item = { kind: 'map', pairs: [[text('internal'), bytes(body)]] }
    assert.equal(withProofs([internal]), 'core/1 unknown field')
    const two: Item = {
      kind: 'map',
      pairs: [
        [text('module'), text('')],
        [text('signature'), bytes(body)],
      ],
    }
    assert.equal(withProofs([two]), 'core/1 unknown field')
    const multisig: Item = { kind: 'map', pairs: [[text('multisig'), { kind: 'list', items: [] }]] }
    assert.match(withProofs([multisig]), /single signature, but auth proof was multisig/)
    const signature = { kind: 'signature', body: new Uint8Array(64) } as const
    const transaction = encodeRust(Transaction, transactionOf(together.addressSpec, call))
    const single = encodeRust(UnverifiedTransaction, { body: transaction, authProofs: [signature] })
    assert.match(verdictOn(single), /multisig, but auth proof was a single signature/)
  })

  it('never name a caller from within', () => {
    const pairs = mapOf(body).map(([key, value]) => {
      if (key.kind !== 'text' || key.text !== 'ai' || value.kind !== 'map')
        return [key, value] as const
      const address: Item = { kind: 'map', pairs: [[text('address'), bytes(alice.address)]] }
      const spec: Item = { kind: 'map', pairs: [[text('internal'), address]] }
      const info: Item = {
        kind: 'map',
        pairs: [
          [text('nonce'), integerItem(0n)],
          [text('address_spec'), spec],
        ],
      }
      const others = value.pairs.filter(([name]) => name.kind !== 'text' || name.text !== 'si')
      return [
        key,
        { kind: 'map', pairs: [...others, [text('si'), { kind: 'list', items: [info] }]] },
      ] as const
    })
    const changed = writeItem(sortItem({ kind: 'map', pairs } as Item))
    assert.equal(verdictOn(withBody(changed)), 'core/1 unknown field')
  })

  it('are refused without a signer, and in a version of old', () => {
    const transaction = transactionOf(alice.addressSpec, call)
    const { authInfo } = transaction
    const nobody = { ...transaction, authInfo: { ...authInfo, signerInfo: [] } }
    assert.equal(
      verdictOn(signTransaction(signatureContext, nobody, [])),
      'core/1 transaction has no signers',
    )
    const old = signTransaction(signatureContext, { ...transaction, version: 0 }, [alice.signer])
    assert.equal(verdictOn(old), 'core/1 unsupported version')
  })

  it('are refused when one bit of a signature is another one', () => {
    for (const key of [alice, dave, frank]) {
      const { body: signedBody, authProofs } = decodeRust(UnverifiedTransaction, signed(key, call))
      const [proof] = authProofs
      assert.ok(proof?.kind === 'signature')
      for (const at of [1, 8, 20, 40]) {
        const changed = proof.body.slice()
        changed[at]! ^= 1
        const proofs = [{ kind: 'signature', body: changed }] as const
        const input = encodeRust(UnverifiedTransaction, { body: signedBody, authProofs: proofs })
        assert.match(verdictOn(input), /signature verification failed|malformed signature/)
      }
    }
  })

  it('are refused when another key has signed', () => {
    for (const [key, other] of [
      [alice, bob],
      [dave, erin],
    ] as const) {
      const signer = { ...other.signer, publicKey: key.signer.publicKey }
      const input = signTransaction(signatureContext, transactionOf(key.addressSpec, call), [
        signer,
      ])
      assert.equal(verdictOn(input), 'core/1 signature verification failed')
    }
  })

  it('of several keys need every signature that is there to be good', () => {
    const forged = { ...bob.signer, sign: () => new Uint8Array(64) }
    assert.equal(verdictOn(signedTogether(call, [alice.signer])), 'core/1 insufficient weight')
    assert.equal(
      verdictOn(signedTogether(call, [alice.signer, forged])),
      'core/1 signature verification failed',
    )
  })

  it('for another network, or another ParaTime, are refused', () => {
    const other = new TestChain().set({
      host: {
        ...chain.context.host!,
        chainContext: chain.context.host!.chainContext.replace('6', '7'),
      },
    })
    assert.match(other.check([good])[0]!.error.message, /signature verification failed/)
    assert.equal(other.check([good])[0]!.meta, undefined)
  })

  it('never come to anything but a verdict, however they were changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(fc.constantFrom(good, signed(dave, call)), changes, (input, all) => {
        const changed = input.slice()
        for (const [at, bits] of all) changed[at % changed.length]! ^= bits
        if (toHex(changed) === toHex(input)) return
        const verdict = verdictOn(changed)
        assert.match(verdict, /^core\/1 /)
      }),
      { numRuns: 60 },
    )
  })

  it('fail a batch as a whole when they are in it', () => {
    const refused = { module: 'dispatcher', code: 2 }
    assert.throws(() => chain.execute([good, good.subarray(1)]), refused)
    assert.equal(chain.balanceOf(charlie.address), 0n)
  })

  it('are rejected when a batch is made', () => {
    const outcome = new TestChain().execute([good.subarray(1), good], { mode: 'schedule' })
    assert.equal(outcome.rejected.length, 1)
    assert.deepEqual(
      outcome.transactions.map(({ input }) => input),
      [good],
    )
  })
})

describe('what clients write', () => {
  it('is read: zeros that could be left out, and a body that is undefined', () => {
    const pairs = mapOf(body).map(([key, value]) => {
      if (key.kind !== 'text' || value.kind !== 'map') return [key, value] as const
      if (key.text === 'call') {
        const others = value.pairs.filter(([name]) => name.kind !== 'text' || name.text !== 'body')
        return [
          key,
          { kind: 'map', pairs: [...others, [text('body'), { kind: 'simple', value: 23 }]] },
        ] as const
      }
      return [key, value] as const
    })
    const changed = writeItem(sortItem({ kind: 'map', pairs } as Item))
    assert.equal(verdictOn(withBody(changed)), 'good')
  })
})
