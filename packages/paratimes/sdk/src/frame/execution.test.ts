import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { encodeRust, make } from '@wadi/cbor/codec'
import { bytes, u64 } from '@wadi/cbor/scalars'
import { RoundResults } from '@wadi/consensus/roothash'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { unit } from '../codec.ts'
import { call } from '../method.ts'
import { defineModule, NO_PARAMETERS } from '../module.ts'
import { accounts } from '../modules/accounts/accounts.ts'
import { FEE_ACCUMULATOR } from '../modules/accounts/state.ts'
import * as accountTypes from '../modules/accounts/types.ts'
import { core } from '../modules/core/core.ts'
import { GasUsed } from '../modules/core/types.ts'
import { alice, bob, charlie, dave } from '../testing/testKeys.ts'
import {
  coreParameters,
  DONE,
  resultAt,
  signed,
  TestChain,
  testModules,
  testParatime,
  transferTo,
} from '../testing/testParatime.ts'
import { amountsOf, denomination, NATIVE, native } from '../types/token.ts'

/** What a failure says: module, code and sentence. */
function failureOf(outcome: ReturnType<TestChain['execute']>, index = 0): string {
  const result = resultAt(outcome, index)
  if (result.kind !== 'fail') return result.kind
  const { module, code, message } = result.body
  return `${module}/${code} ${message}`
}

const to = charlie.address
const fee = { amount: native(300n) }

/** A module whose only method writes, or only looks. */
const notes = defineModule({
  name: 'notes',
  parameters: NO_PARAMETERS,
  init: () => undefined,
  methods: [
    call({
      name: 'notes.Write',
      args: bytes,
      result: unit,
      run: ({ store }, note) => store.insert(toUtf8('notes'), note) as undefined,
    }),
    call({
      name: 'notes.Read',
      args: unit,
      result: u64,
      run: ({ store }) => BigInt(store.get(toUtf8('notes'))?.length ?? 0),
    }),
  ],
})
const withNotes = { ...testParatime, modules: testModules([notes]) }

describe('a transaction', () => {
  it('pays its fee and counts, even if it fails', () => {
    const chain = new TestChain()
    const outcome = chain.execute([signed(alice, transferTo(to, 2n ** 100n, { fee }))])
    assert.equal(failureOf(outcome), 'accounts/2 insufficient balance')
    assert.equal(chain.balanceOf(alice.address), 999_700n)
    assert.equal(chain.balanceOf(FEE_ACCUMULATOR), 300n)
    const again = chain.execute([signed(alice, transferTo(to, 1n))])
    assert.equal(failureOf(again), 'core/4 invalid nonce')
  })

  it('that is not authenticated leaves nothing, and says nothing', () => {
    const chain = new TestChain()
    const root = toHex(chain.state.rootHash())
    chain.execute([])
    const outcome = chain.execute([signed(alice, transferTo(to, 1n, { fee, nonce: 7n }))])
    assert.equal(failureOf(outcome), 'core/4 invalid nonce')
    assert.deepEqual(outcome.transactions[0]!.tags, [])
    assert.equal(chain.balanceOf(alice.address), 1_000_000n)
    assert.notEqual(toHex(chain.state.rootHash()), root)
  })

  it('cannot be paid with more than there is', () => {
    const much = { amount: native(1_000_001n) }
    const outcome = new TestChain().execute([signed(alice, transferTo(to, 1n, { fee: much }))])
    assert.equal(failureOf(outcome), 'core/5 insufficient balance to pay fees')
  })

  it('tells how much gas it used, and who paid, even if it fails', () => {
    const chain = new TestChain()
    const input = signed(alice, transferTo(to, 2n ** 100n, { fee }))
    const [{ tags }] = chain.execute([input]).transactions as never as [
      { readonly tags: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] },
    ]
    assert.deepEqual(
      tags.map(({ key }) => toHex(key)),
      [accountTypes.Transferred.key, GasUsed.key].map(toHex),
    )
    const gas = BigInt(input.length) * coreParameters.gasCosts.txByte + 100n + 10n
    assert.equal(toHex(tags[1]!.value), `81${toHex(encodeRust(GasUsed.body, { amount: gas }))}`)
  })

  it('is good from one round to another, and not one beyond', () => {
    const chain = new TestChain()
    const input = signed(alice, transferTo(to, 1n, { notBefore: 5n, notAfter: 6n }))
    const codeAt = (round: bigint) => chain.setRound(round).check([input])[0]!.error.code
    assert.deepEqual([4n, 5n, 6n, 7n].map(codeAt), [24, 0, 0, 24])
  })

  it('has as much gas as it says, and not one more', () => {
    const used = (gas: bigint) => {
      const chain = new TestChain()
      const outcome = chain.execute([signed(alice, transferTo(to, 1n, { fee: { gas } }))])
      return failureOf(outcome)
    }
    const enough = [...Array(600).keys()].find((gas) => used(BigInt(gas + 200)) === 'ok')!
    const least = BigInt(enough + 200)
    assert.equal(used(least), 'ok')
    assert.match(used(least - 1n), /^core\/12 core: out of gas \(limit: \d+ wanted: \d+\)$/)
  })

  it('has no more gas than a batch', () => {
    const { maxBatchGas } = coreParameters
    const with_ = (gas: bigint) =>
      failureOf(new TestChain().execute([signed(alice, transferTo(to, 1n, { fee: { gas } }))]))
    assert.equal(with_(maxBatchGas), 'ok')
    assert.equal(with_(maxBatchGas + 1n), 'core/11 gas overflow')
  })

  it('wants no more messages than a round may have', () => {
    const chain = new TestChain().set({ maxMessages: 2 })
    const codeWith = (consensusMessages: number) =>
      chain.check([signed(alice, transferTo(to, 1n, { fee: { consensusMessages } }))])[0]!.error
        .code
    assert.equal(codeWith(2), 0)
    assert.equal(codeWith(3), 6)
  })

  it('pays the lowest price at least, in something that has one', () => {
    const minGasPrice = amountsOf([[NATIVE, 2n]])
    const modules = testModules([core({ parameters: { ...coreParameters, minGasPrice } })])
    const chain = new TestChain({ ...testParatime, modules })
    const codeFor = (amount: bigint, name = '') =>
      chain.check([
        signed(
          alice,
          transferTo(to, 1n, {
            fee: { gas: 1_000n, amount: { amount, denomination: denomination(name) } },
          }),
        ),
      ])[0]!.error.code
    assert.equal(codeFor(2_000n), 0)
    assert.equal(codeFor(1_999n), 20)
    assert.equal(codeFor(5_000n, 'TEST'), 20)
  })

  it('that must change nothing fails when it writes', () => {
    const chain = new TestChain(withNotes)
    const write = { method: 'notes.Write', body: encodeRust(bytes, toUtf8('x')) }
    const read = { method: 'notes.Read', body: encodeRust(unit, undefined) }
    const outcome = chain.execute([
      signed(alice, { ...write, readOnly: true }),
      signed(alice, { ...read, nonce: 1n, readOnly: true }),
      signed(alice, { ...write, nonce: 2n }),
    ])
    assert.equal(failureOf(outcome, 0), 'core/25 read-only transaction attempted modifications')
    assert.deepEqual(resultAt(outcome, 1), { kind: 'ok', body: encodeRust(u64, 0n) })
    assert.deepEqual(resultAt(outcome, 2), DONE)
  })

  it('names a method that is there, with arguments that can be read', () => {
    const bodies = {
      'core/3 invalid method: no.Such': { method: 'no.Such', body: 'f6' },
      'core/3 invalid method: accounts.Nonce': { method: 'accounts.Nonce', body: 'a0' },
      'core/22 forbidden by node policy': { method: 'core.CurrentEpoch', body: 'f6' },
      'core/22 core: forbidden by node policy': { method: 'consensus.Delegation', body: 'a0' },
      'core/10 invalid argument: unexpected type': { method: 'accounts.Transfer', body: '01' },
      'core/10 invalid argument: unknown field': { method: 'accounts.Transfer', body: 'a1616101' },
      'core/10 invalid argument: missing field': {
        method: 'accounts.Transfer',
        body: 'a166616d6f756e748140',
      },
    }
    for (const [failure, { method, body }] of Object.entries(bodies)) {
      const encoded = Uint8Array.from(body.match(/../g)!.map((hex) => Number.parseInt(hex, 16)))
      const outcome = new TestChain().execute([signed(alice, { method, body: encoded })])
      assert.equal(failureOf(outcome), failure)
    }
  })

  it('that is encrypted is refused where nothing can be decrypted', () => {
    const chain = new TestChain()
    const encrypted = { method: '', body: encodeRust(unit, undefined) }
    assert.equal(failureOf(chain.execute([signed(alice, encrypted)])), 'core/3 invalid method: ')
  })
})

describe('checking', () => {
  it('lets nonces be ahead a little, executing does not', () => {
    const chain = new TestChain()
    const ahead = (nonce: bigint) => signed(alice, transferTo(to, 1n, { nonce }))
    const codes = [0n, 3n, 4n].map((nonce) => chain.check([ahead(nonce)])[0]!.error.code)
    assert.deepEqual(codes, [0, 0, 4])
    assert.equal(failureOf(chain.execute([ahead(3n)])), 'core/4 invalid nonce')
  })

  it('says who sent it, with which nonce, and how much it pays for gas', () => {
    const chain = new TestChain()
    const offer = { fee: { amount: native(50_000n), gas: 10_000n }, nonce: 2n }
    const [{ meta }] = chain.check([signed(dave, transferTo(to, 1n, offer))]) as never as [
      { readonly meta: unknown },
    ]
    assert.deepEqual(meta, {
      priority: 5n,
      sender: dave.address,
      senderSeq: 2n,
      senderStateSeq: 0n,
    })
  })

  it('counts the fees of those that it has seen before in the same batch', () => {
    const chain = new TestChain()
    const dear = (nonce: bigint) =>
      signed(alice, transferTo(to, 1n, { nonce, fee: { amount: native(600_000n) } }))
    const codes = chain.check([dear(0n), dear(1n), dear(2n)]).map(({ error }) => error.code)
    assert.deepEqual(codes, [0, 5, 5])
    assert.equal(chain.check([dear(0n)])[0]!.error.code, 0)
  })

  it('does not see that there is too little to transfer', () => {
    const input = signed(alice, transferTo(to, 2n ** 100n))
    assert.equal(new TestChain().check([input])[0]!.error.code, 0)
  })
})

describe('making a batch', () => {
  const offer = (nonce: bigint, gas = 10_000n) =>
    signed(alice, transferTo(to, 1n, { nonce, fee: { gas } }))

  it('skips what is too early, rejects what is too late, and takes the rest', () => {
    const chain = new TestChain()
    chain.execute([offer(0n)])
    const inputs = [offer(0n), offer(2n), offer(1n)]
    const { transactions, rejected } = chain.execute(inputs, { mode: 'schedule' })
    assert.deepEqual(
      transactions.map(({ input }) => input),
      [inputs[2]],
    )
    assert.deepEqual(rejected, [hashOfTransaction(inputs[0]!)])
  })

  it('takes as many as allowed, and not one more', () => {
    const chain = new TestChain()
    const inputs = [...Array(8).keys()].map((i) => offer(BigInt(i)))
    const { transactions } = chain.execute(inputs, { mode: 'schedule' })
    assert.equal(transactions.length, testParatime.schedule!.maxTxCount)
  })

  it('skips who wants more gas than is left', () => {
    const chain = new TestChain()
    const inputs = [offer(0n, coreParameters.maxBatchGas + 1n), offer(0n)]
    const { transactions, rejected } = chain.execute(inputs, { mode: 'schedule' })
    assert.equal(transactions.length, 1)
    assert.deepEqual(rejected, [])
  })

  it('gives the same as executing what was taken', () => {
    const made = new TestChain()
    const executed = new TestChain()
    const inputs = [offer(0n), offer(5n), offer(1n), signed(bob, transferTo(to, 2n, { fee }))]
    const schedule = made.execute(inputs, { mode: 'schedule' })
    const batch = schedule.transactions.map(({ input }) => input)
    assert.deepEqual(executed.execute(batch).transactions, schedule.transactions)
    assert.deepEqual(executed.state.rootHash(), made.state.rootHash())
  })

  it('asks for more when all that was asked for was offered', () => {
    const asked: unknown[] = []
    const more = [offer(2n)]
    const paratime = { ...testParatime, schedule: { initialBatchSize: 2, batchSize: 5 } }
    const chain = new TestChain(paratime).set({
      ask: (request) => {
        asked.push(request)
        return { kind: 'HostFetchTxBatchResponse', body: { batch: more } } as never
      },
    })
    const inputs = [offer(0n), offer(1n)]
    const { transactions } = chain.execute(inputs, { mode: 'schedule' })
    assert.equal(transactions.length, 3)
    const body = { offset: hashOfTransaction(inputs[1]!), limit: 5 }
    assert.deepEqual(asked, [{ kind: 'HostFetchTxBatchRequest', body }])
  })
})

describe('a batch', () => {
  it('that uses more gas than there is fails as a whole', () => {
    const chain = new TestChain()
    const modules = testModules([core({ parameters: { ...coreParameters, maxBatchGas: 600n } })])
    const small = new TestChain({ ...testParatime, modules })
    const inputs = [0n, 1n].map((nonce) =>
      signed(alice, transferTo(to, 1n, { nonce, fee: { gas: 600n } })),
    )
    assert.equal(chain.execute(inputs).transactions.length, 2)
    assert.throws(() => small.execute(inputs), { module: 'dispatcher', code: 5 })
    assert.equal(small.state.get(toUtf8('core\u0001')), undefined)
  })

  it('has results of messages that were sent, and nothing else has', () => {
    const results = make(RoundResults, {
      messages: [{ module: '', code: 0, index: 0, result: Uint8Array.of(0xf6) }],
    })
    const refused = { module: 'core', code: 9 }
    assert.throws(() => new TestChain().execute([], { roundResults: results }), refused)
  })

  it('shares the fees of the last one among those who were good, and keeps the rest', () => {
    const chain = new TestChain()
    chain.execute([signed(alice, transferTo(to, 1n, { fee: { amount: native(1_001n) } }))])
    const entities = [alice, bob].map(({ signer }) => signer.publicKey.body)
    const roundResults = { ...make(RoundResults, {}), goodComputeEntities: entities as never }
    chain.execute([], { roundResults })
    assert.equal(chain.balanceOf(bob.address), 1_000_500n)
    assert.equal(chain.balanceOf(FEE_ACCUMULATOR), 0n)
  })

  it('does not begin upon a state that is two versions behind', () => {
    const chain = new TestChain({ ...testParatime, stateVersion: 3 })
    chain.execute([])
    const other = new TestChain({ ...testParatime, stateVersion: 5 })
    for (const [key, value] of [[toUtf8('core\u0001'), chain.state.get(toUtf8('core\u0001'))!]]) {
      other.state.insert(key!, value!)
    }
    assert.throws(() => other.execute([]), { name: 'BugError' })
  })

  it('without a network is refused', () => {
    const { host: _, ...context } = new TestChain().context
    const chain = new TestChain()
    const args = encodeRust(unit, undefined)
    assert.throws(
      () => chain.runtime.query(context, chain.state, { method: 'core.RuntimeInfo', args }),
      {
        reason: 'paratime.noNetwork',
      },
    )
  })
})

describe('the first state', () => {
  it('has a supply of everything that somebody has', () => {
    const genesis = {
      parameters: accountTypes.Parameters.zero,
      balances: [[alice.address, amountsOf([[NATIVE, 5n]])]] as const,
    }
    const supplies = [
      amountsOf([]),
      amountsOf([[NATIVE, 4n]]),
      amountsOf([
        [NATIVE, 5n],
        [denomination('X'), 1n],
      ]),
    ]
    for (const totalSupplies of supplies) {
      assert.throws(() => accounts({ ...genesis, totalSupplies }), {
        reason: 'paratimeGenesis.wrongSupply',
      })
    }
    accounts({ ...genesis, totalSupplies: amountsOf([[NATIVE, 5n]]) })
  })

  it('is the same however it comes about', () => {
    const roots = [1, 2].map(() => {
      const chain = new TestChain()
      chain.execute([signed(alice, transferTo(to, 5n, { fee }))])
      return toHex(chain.state.rootHash())
    })
    assert.equal(roots[0], roots[1])
  })
})
