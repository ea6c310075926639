import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import * as churpKeys from '@wadi/consensus/churp/keys'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import { Parameters as RegistryParameters } from '@wadi/consensus/registry'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Account, GeneralAccount, ThresholdKind } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { stakingAddress } from '@wadi/primitives/address'
import { Entity } from '@wadi/primitives/entity'
import { openSigned } from '@wadi/primitives/envelope'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { parametersOf as governanceParametersOf } from '../governance/queries.ts'
import type { Context } from '../kernel/context.ts'
import { hasFeature261 } from '../kernel/features.ts'
import { read, readExisting, write } from '../kernel/state.ts'
import { entityOf } from '../registry/queries.ts'
import { accountOf, parametersOf as stakingParametersOf } from '../staking/queries.ts'
import { setAccount } from '../staking/state.ts'
import { GOVERNANCE, testGovernance, upgradeAt } from '../testing/testGovernance.ts'
import { as } from '../testing/testLedger.ts'
import { parametersOf as vaultParametersOf } from '../vault/queries.ts'
import { handlers } from './handlers.ts'
import { createUpgrader } from './upgrader.ts'

const before = make(ConsensusParameters, {
  maxTxSize: 32_768n,
  maxBlockSize: 1_048_576n,
  minGasPrice: 3n,
})

/** A network of the time before all upgrades. */
function network(): Context {
  const ctx = testGovernance({ params: { thresholds: keyedMap(ThresholdKind, []) } })
  write(ctx.state, consensusKeys.parameters, [], before)
  write(ctx.state, registryKeys.parameters, [], make(RegistryParameters, { maxNodeExpiration: 5n }))
  return ctx
}

/** Runs the block in which a handler works; the parts that must not write anything are checked. */
function run(name: string, ctx: Context, parts = ['beginBlock', 'endBlock'] as const): void {
  const handler = handlers.get(name)
  assert.ok(handler !== undefined)
  for (const part of parts) handler[part]?.(as(ctx, { mode: part }))
}

function consensusParametersOf({ state }: Context): ConsensusParameters {
  return readExisting(state, consensusKeys.parameters)
}

describe('upgrade consensus240', () => {
  it('makes room, and brings CHURP, the vault and votes of delegators', () => {
    const ctx = network()
    run('consensus240', ctx)
    const { state } = ctx
    assert.deepEqual(consensusParametersOf(ctx), {
      ...consensusParametersOf(network()),
      maxTxSize: 131_072n,
      maxBlockSize: 4_194_304n,
      maxBlockGas: 5_000_000n,
    })
    const registry = readExisting(state, registryKeys.parameters)
    assert.equal(registry.enableKmChurp, true)
    assert.equal(registry.maxNodeExpiration, 5n)
    assert.deepEqual(
      [...readExisting(state, churpKeys.parameters).gasCosts],
      [
        ['apply', 1_000n],
        ['create', 1_000n],
        ['update', 1_000n],
        ['confirm', 1_000n],
      ],
    )
    assert.deepEqual([...stakingParametersOf(state).thresholds], [[7n, 10_000_000_000_000n]])
    const { allowVoteWithoutEntity, allowProposalMetadata, ...rest } = governanceParametersOf(state)
    assert.deepEqual([allowVoteWithoutEntity, allowProposalMetadata], [true, true])
    assert.deepEqual(rest.votingPeriod, GOVERNANCE.votingPeriod)
    const { enabled, maxAuthorityAddresses, gasCosts } = vaultParametersOf(state)
    assert.deepEqual([enabled, maxAuthorityAddresses], [true, 32])
    assert.deepEqual(
      [...gasCosts],
      [
        ['create', 10_000n],
        ['cancel_action', 5_000n],
        ['authorize_action', 5_000n],
      ],
    )
  })

  it('keeps the thresholds that there were, but for the one of CHURP', () => {
    const ctx = network()
    const thresholds = keyedMap(ThresholdKind, [
      [0n, quantity(5n)],
      [7n, quantity(6n)],
    ] as const)
    const params = { ...stakingParametersOf(ctx.state), thresholds }
    write(ctx.state, stakingKeys.parameters, [], params)
    run('consensus240', ctx)
    assert.deepEqual(
      [...stakingParametersOf(ctx.state).thresholds],
      [
        [0n, 5n],
        [7n, 10_000_000_000_000n],
      ],
    )
  })
})

describe('upgrade consensus261', () => {
  it('switches on what 26.1 brought, and nothing else', () => {
    const ctx = network()
    assert.equal(hasFeature261(ctx.state), false)
    run('consensus261', ctx)
    assert.equal(hasFeature261(ctx.state), true)
    const { featureVersion, ...rest } = consensusParametersOf(ctx)
    assert.deepEqual(featureVersion, { major: 26, minor: 1, patch: 0 })
    assert.deepEqual({ ...rest, featureVersion: undefined }, consensusParametersOf(network()))
  })
})

describe('upgrade __e2e-test-valid', () => {
  const signer = createTestSigner('entity', '__e2e-test-migration-entity')
  const id = PublicKey.check(signer.publicKey)
  const address = stakingAddress(id)

  it('registers an entity at the beginning of the block, whatever account it had', () => {
    const ctx = network()
    const general = make(GeneralAccount, { balance: quantity(5n) })
    setAccount(ctx.state, address, make(Account, { general }))
    run('__e2e-test-valid', ctx)
    assert.deepEqual(entityOf(ctx.state, id), { v: 2, id, nodes: [] })
    const signed = read(ctx.state, registryKeys.entities, id)!
    const context = contextOf(contexts.registerEntity)
    openSigned(ctx.chain.signatures, context, Entity, signed)
    // As the reference's published module signs it.
    assert.ok(toHex(signed.signature.signature).startsWith('02184be602fcf3407da29ab3cb6d06b3'))
    const account = accountOf(ctx.state, address)
    assert.deepEqual(account.general, zero(GeneralAccount))
    assert.deepEqual(
      [...account.escrow.stakeAccumulator.claims],
      [['registry.RegisterEntity', [{ global: 0n, const: undefined }]]],
    )
  })

  it('adds a byte to the size of transactions at the end of the block', () => {
    const ctx = network()
    run('__e2e-test-valid', ctx)
    assert.equal(consensusParametersOf(ctx).maxTxSize, 32_769n)
    assert.equal(consensusParametersOf(ctx).minGasPrice, 3n)
  })
})

describe('the handlers', () => {
  it('need a restart only for the test of restarts', () => {
    const restarting = [...handlers].filter(([, { needsRestart }]) => needsRestart)
    assert.deepEqual(
      restarting.map(([name]) => name),
      ['__e2e-test-valid'],
    )
  })

  it('write at the end of the block only, but for the test', () => {
    for (const name of ['consensus240', 'consensus261', 'empty'])
      assert.equal(handlers.get(name)?.beginBlock, undefined)
    assert.equal(handlers.get('empty')?.endBlock, undefined)
  })

  it('are found by the upgrader', () => {
    const upgrader = createUpgrader()
    upgrader.submitDescriptor(upgradeAt(7n, 'consensus261'))
    const ctx = as(network(), { mode: 'endBlock' })
    upgrader.consensusUpgrade(ctx, { epoch: 7n, lastHeight: 10n })
    assert.equal(hasFeature261(ctx.state), true)
  })
})
