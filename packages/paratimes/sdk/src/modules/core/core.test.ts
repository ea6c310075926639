import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeRust, type Schema } from '@wadi/cbor/codec'
import { keyedMap, list, mapOf } from '@wadi/cbor/collections'
import { bool, text, u64 } from '@wadi/cbor/scalars'
import fc from 'fast-check'
import { unit } from '../../codec.ts'
import { alice, bob, charlie, dave } from '../../testing/testKeys.ts'
import {
  chainContext,
  coreParameters,
  resultAt,
  signed,
  TestChain,
  testModules,
  testParatime,
  transactionOf,
  transferTo,
} from '../../testing/testParatime.ts'
import { Amounts, amountsOf, NATIVE, native, U64_MAX, U128_MAX } from '../../types/token.ts'
import { AccountBalances, Addresses, AddressesQuery, NonceQuery } from '../accounts/types.ts'
import { core } from './core.ts'
import { nextPrice } from './minGasPrice.ts'
import { EstimateGasQuery, LocalConfig, RuntimeInfo } from './types.ts'

const none = encodeRust(unit, undefined)

function configured(
  chain: TestChain,
  pairs: readonly (readonly [string, Uint8Array])[],
): TestChain {
  return chain.set({ host: { chainContext, localConfig: keyedMap(text, pairs) } })
}

function allowed(
  ...entries: readonly (readonly [string, boolean])[][]
): readonly [string, Uint8Array] {
  const Entries = list(mapOf(text, bool))
  const encoded = encodeRust(
    Entries,
    entries.map((entry) => keyedMap(text, entry)),
  )
  return ['allowed_queries', encoded]
}

function codeOf(
  chain: TestChain,
  method: string,
  args: Uint8Array,
  result: Schema<unknown>,
): string {
  try {
    chain.query(method, args, result)
    return 'answered'
  } catch (error) {
    const { module, code } = error as { readonly module: string; readonly code: number }
    return `${module}/${code}`
  }
}

/** What an estimate is made for. */
const ESTIMATED_FEE = {
  gas: coreParameters.maxBatchGas,
  amount: native(U64_MAX),
  consensusMessages: 64,
}

describe('core.EstimateGas', () => {
  const call = transferTo(charlie.address, 5n)
  const estimate = (chain: TestChain, query: Partial<EstimateGasQuery>) =>
    chain.query(
      'core.EstimateGas',
      encodeRust(EstimateGasQuery, {
        caller: undefined,
        tx: transactionOf(alice.addressSpec, call),
        propagateFailures: false,
        ...query,
      }),
      u64,
    )

  it('is enough, and not much more', () => {
    const gas = estimate(new TestChain(), {})
    const outcome = new TestChain().execute([signed(alice, { ...call, fee: { gas } })])
    assert.equal(resultAt(outcome).kind, 'ok')
    const less = new TestChain().execute([signed(alice, { ...call, fee: { gas: gas - 40n } })])
    assert.equal(resultAt(less).kind, 'fail')
  })

  it('counts the signatures of whoever is named instead of the signers', () => {
    const caller = { kind: 'address', body: alice.address } as const
    assert.equal(estimate(new TestChain(), { caller }), estimate(new TestChain(), {}))
  })

  it('needs neither balance nor nonce, and changes nothing', () => {
    const chain = new TestChain()
    chain.execute([])
    const root = chain.state.rootHash()
    const poor = transactionOf(charlie.addressSpec, transferTo(bob.address, 0n, { nonce: 77n }))
    assert.ok(estimate(chain, { tx: poor }) > 0n)
    assert.deepEqual(chain.state.rootHash(), root)
  })

  it('of a failing call is larger, or is the failure', () => {
    const tx = transactionOf(charlie.addressSpec, transferTo(bob.address, 5n))
    const failing = estimate(new TestChain(), { tx })
    // Its size, with a signature of 64 bytes, the signature and the transfer: nothing was stored.
    const size = signed(charlie, { ...transferTo(bob.address, 5n), fee: ESTIMATED_FEE }).length
    const gasOfFailing = BigInt(size) + 100n + 10n
    const extra = testParatime.estimateExtraOnFailure!.get('accounts.Transfer')!
    assert.equal(failing, extra + gasOfFailing)
    assert.throws(() => estimate(new TestChain(), { tx, propagateFailures: true }), {
      module: 'accounts',
      code: 2,
    })
  })

  it('is searched for where the operator says so, up to the operator’s limit', () => {
    const exact = estimate(new TestChain(), {})
    const config = encodeRust(LocalConfig, {
      ...LocalConfig.zero,
      maxEstimatedGas: 5_000n,
      estimateGasSearchMaxIters: 30n,
    })
    const found = estimate(configured(new TestChain(), [['core', config]]), {})
    // The operator's limit is written in the transaction whose size is paid for.
    assert.ok(found <= exact && found >= exact - 2n)
    const small = encodeRust(LocalConfig, { ...LocalConfig.zero, maxEstimatedGas: 50n })
    assert.equal(estimate(configured(new TestChain(), [['core', small]]), {}), 50n)
  })
})

describe('queries', () => {
  const addresses = encodeRust(AddressesQuery, { denomination: NATIVE })
  const nonce = encodeRust(NonceQuery, { address: alice.address })

  it('that cost much are answered where the operator says so', () => {
    const chain = new TestChain()
    assert.equal(codeOf(chain, 'accounts.Addresses', addresses, Addresses as never), 'core/22')
    configured(chain, [allowed([['all_expensive', true]])])
    assert.equal(codeOf(chain, 'accounts.Addresses', addresses, Addresses as never), 'answered')
    configured(chain, [['allow_expensive_queries', encodeRust(bool, true)]])
    assert.equal(codeOf(chain, 'accounts.Addresses', addresses, Addresses as never), 'answered')
  })

  it('may be forbidden one by one; the first entry that says something counts', () => {
    const chain = configured(new TestChain(), [
      allowed([['accounts.Nonce', false]], [['accounts.Nonce', true]], [['all', true]]),
    ])
    assert.equal(codeOf(chain, 'accounts.Nonce', nonce, u64 as never), 'core/22')
    assert.equal(codeOf(chain, 'core.MinGasPrice', none, Amounts as never), 'answered')
  })

  it('that nobody answers, or whose arguments cannot be read, are refused', () => {
    const chain = new TestChain()
    assert.equal(codeOf(chain, 'no.Such', none, unit as never), 'core/3')
    assert.equal(codeOf(chain, 'accounts.Transfer', none, unit as never), 'core/3')
    for (const args of [[], [0x18, 1], [0xa0, 0], [0xff]]) {
      assert.equal(codeOf(chain, 'accounts.Nonce', Uint8Array.from(args), u64 as never), 'core/10')
    }
    assert.equal(codeOf(chain, 'accounts.Nonce', Uint8Array.of(1), u64 as never), 'core/10')
  })

  it('are answered before there is any state', () => {
    const chain = new TestChain()
    assert.equal(chain.balanceOf(alice.address), 1_000_000n)
    const empty = chain.query(
      'accounts.Balances',
      encodeRust(NonceQuery, { address: charlie.address }),
      AccountBalances,
    )
    assert.equal(empty.balances.size, 0)
  })

  it('tell which modules there are, with which methods', () => {
    const { modules, stateVersion } = new TestChain().query('core.RuntimeInfo', none, RuntimeInfo)
    assert.equal(stateVersion, 1)
    assert.deepEqual(
      [...modules].map(([name, { version, methods }]) => [name, version, methods.length]),
      [
        ['core', 1, 8],
        ['rewards', 2, 0],
        ['accounts', 1, 5],
        ['consensus', 1, 1],
        ['consensus_accounts', 1, 18],
      ],
    )
  })

  it('check that all sums are right', () => {
    const chain = configured(new TestChain(), [allowed([['all', true]])])
    chain.execute([])
    // Nothing was ever deposited: what there is here is more than the ParaTime has there.
    assert.equal(codeOf(chain, 'core.CheckInvariants', none, unit as never), 'core/17')
  })

  it('of a malformed configuration are refused', () => {
    const chain = configured(new TestChain(), [['allowed_queries', Uint8Array.of(1)]])
    assert.throws(() => chain.query('core.MinGasPrice', none, Amounts), {
      reason: 'paratimeConfig.malformed',
    })
  })

  it('of transactions that only look are closed, unless the ParaTime opens them', () => {
    const chain = configured(new TestChain(), [allowed([['all', true]])])
    const args = encodeRust(unit, undefined)
    assert.equal(codeOf(chain, 'core.ExecuteReadOnlyTx', args, unit as never), 'core/22')
  })
})

describe('the lowest price of gas', () => {
  const dynamicMinGasPrice = {
    enabled: true,
    targetBlockGasUsagePercentage: 50,
    minPriceMaxChangeDenominator: 2,
  }
  const parameters = {
    ...coreParameters,
    minGasPrice: amountsOf([[NATIVE, 100n]]),
    dynamicMinGasPrice,
    maxBatchGas: 1_000n,
  }
  const chain = () =>
    new TestChain({ ...testParatime, modules: testModules([core({ parameters })]) })
  const priceAt = (of: TestChain) => of.query('core.MinGasPrice', none, Amounts).get(NATIVE)

  it('rises after a full block, and falls after an empty one, to what it was at first', () => {
    const of = chain()
    const fee = { gas: 1_000n, amount: native(100_000n) }
    of.execute([signed(alice, transferTo(bob.address, 1n, { fee }))])
    const risen = priceAt(of)!
    assert.ok(risen >= 100n)
    for (let i = 0; i < 4; i++) of.execute([])
    assert.equal(priceAt(of), 100n)
  })

  it('moves by integers, divided in this order', () => {
    const rule = { gasUsed: 750n, gasWanted: 500n, denominator: 8n }
    assert.equal(nextPrice(rule, 100n), 106n)
    assert.equal(nextPrice({ ...rule, gasUsed: 0n }, 100n), 88n)
    assert.equal(nextPrice({ ...rule, gasUsed: 500n }, 100n), 100n)
    assert.equal(nextPrice({ ...rule, gasUsed: 0n, denominator: 1n }, 100n), 0n)
    assert.equal(nextPrice({ ...rule, gasWanted: 0n }, 100n), 100n)
    assert.equal(nextPrice({ ...rule, denominator: 0n }, 100n), 100n)
    assert.equal(nextPrice({ ...rule, gasUsed: 10_000n, denominator: 1n }, U128_MAX), U128_MAX)
  })

  it('never falls below nothing, nor rises beyond all measure', () => {
    const amount = fc.bigInt({ min: 0n, max: U128_MAX })
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.integer({ min: 1, max: 50 }),
        (gasUsed, gasWanted, price, n) => {
          const next = nextPrice({ gasUsed, gasWanted, denominator: BigInt(n) }, price)
          assert.ok(next >= 0n && next <= U128_MAX)
          assert.ok(gasUsed > gasWanted ? next >= price : next <= price)
        },
      ),
    )
  })

  it('of the operator counts in checks, and in no block', () => {
    const config = encodeRust(LocalConfig, {
      ...LocalConfig.zero,
      minGasPrice: amountsOf([[NATIVE, 7n]]),
    })
    const input = signed(dave, transferTo(bob.address, 1n, { fee: { amount: native(60_000n) } }))
    const plain = configured(new TestChain(), [['core', config]])
    assert.equal(plain.check([input])[0]!.error.code, 20)
    assert.equal(resultAt(plain.execute([input])).kind, 'ok')
  })
})
