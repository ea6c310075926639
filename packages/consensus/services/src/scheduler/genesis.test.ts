import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis, Parameters } from '@wadi/consensus/scheduler'
import { Genesis as StakingGenesis } from '@wadi/consensus/staking'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import type { GenesisValidator } from '../kernel/service.ts'
import { testNetwork } from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { exportGenesis, initChain } from './genesis.ts'
import { currentValidatorsOf } from './queries.ts'

const params = make(Parameters, {
  minValidators: 1n,
  maxValidators: 2n,
  maxValidatorsPerEntity: 3n,
})

interface Beginning {
  readonly params?: Partial<Parameters>
  readonly validators?: readonly GenesisValidator[]
  readonly totalSupply?: bigint
}

/** CometBFT's name of a node. */
function validator(n: number, power: bigint): GenesisValidator {
  return { publicKey: testKey(2_000_000 + n), power }
}

/** A chain with two nodes that may validate and one that may not. */
function begin({ validators = [], totalSupply = 0n, ...options }: Beginning): Context {
  const ctx = testNetwork({
    nodes: { 1: {}, 2: {}, 3: { node: { roles: ROLES.compute } } },
    stakes: { 1: 1_600n, 2: 3_215n },
    context: { mode: 'initChain', lastHeight: 0n },
  })
  const document = make(GenesisDocument, {
    scheduler: { params: { ...params, ...options.params } },
    staking: make(StakingGenesis, { totalSupply: quantity(totalSupply) }),
  })
  initChain(ctx, { document, validators })
  return ctx
}

function refusal(reason: string) {
  return { module: 'unknown', code: 1, reason: `scheduler.${reason}` }
}

describe('the scheduler when a chain begins', () => {
  it('begins with the validators of CometBFT', () => {
    const { state } = begin({ validators: [validator(2, 200n), validator(1, 100n)] })
    assert.deepEqual(
      currentValidatorsOf(state),
      [1, 2].map((n) => [
        testKey(2_000_000 + n),
        { id: testKey(n), entityId: testKey(1_000_000 + n), votingPower: 100n * BigInt(n) },
      ]),
    )
  })

  it('refuses validators that are not registered to validate', () => {
    for (const n of [3, 4])
      assert.throws(() => begin({ validators: [validator(n, 100n)] }), refusal('unknownValidator'))
  })

  it('refuses a power that does not follow from the stake', () => {
    for (const power of [99n, 101n])
      assert.throws(() => begin({ validators: [validator(1, power)] }), refusal('wrongPower'))
    const sqrt = { params: { votingPowerDistribution: 1 } }
    assert.throws(() => begin({ ...sqrt, validators: [validator(1, 100n)] }), refusal('wrongPower'))
    begin({ ...sqrt, validators: [validator(1, 40n)] })
  })

  it('gives everybody one vote in a network for tests', () => {
    const forTests = { params: { debugBypassStake: true }, totalSupply: 2n ** 90n }
    begin({ ...forTests, validators: [validator(1, 1n)] })
    assert.throws(
      () => begin({ ...forTests, validators: [validator(1, 100n)] }),
      refusal('wrongPower'),
    )
  })

  it('needs limits above zero', () => {
    for (const value of [0n, -1n]) {
      assert.throws(() => begin({ params: { minValidators: value } }), refusal('noMinimum'))
      assert.throws(() => begin({ params: { maxValidators: value } }), refusal('noMaximum'))
      const perEntity = { params: { maxValidatorsPerEntity: value } }
      assert.throws(() => begin(perEntity), refusal('noMaximumPerEntity'))
    }
  })

  it('refuses a supply that could be too much for CometBFT', () => {
    const largest = (2n ** 60n - 1n) * 16n + 15n
    begin({ totalSupply: largest })
    assert.throws(() => begin({ totalSupply: largest + 1n }), refusal('supplyTooLarge'))
    assert.throws(() => begin({ totalSupply: 2n ** 70n }), refusal('powerOverflow'))
  })

  it('goes on with the parameters that hold', () => {
    const { state } = begin({})
    assert.deepEqual(encode(Genesis, exportGenesis(state)), encode(Genesis, { params }))
  })
})
