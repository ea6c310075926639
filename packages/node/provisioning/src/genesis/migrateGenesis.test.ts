import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { integerItem, readItem, sortItem, writeItem } from '@wadi/cbor/item'
import { raw, text } from '@wadi/cbor/scalars'
import type { GasCosts } from '@wadi/consensus/gas'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account, GeneralAccount, ThresholdKind } from '@wadi/consensus/staking'
import { owner, testDocument, validatorSigners } from '@wadi/consensus-services/testing/document'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  signedEntity,
  signedNode,
} from '@wadi/consensus-services/testing/registry'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { multiSignValue } from '@wadi/primitives/envelope'
import { testNamespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { NODE_SOFTWARE_VERSION_BYTES_MAX } from '../limits.ts'
import { anyChainSignatures, requireSane } from './genesisFile.ts'
import { migrateGenesis } from './migrateGenesis.ts'

const signatures = anyChainSignatures('allowed')
const old = testDocument()

function migrate(document: GenesisDocument, newChainId?: string) {
  return migrateGenesis(document, { newChainId, signatures })
}

function withRegistry(changes: Partial<GenesisDocument['registry']>): GenesisDocument {
  return { ...old, registry: { ...old.registry, ...changes } }
}

function withAccount(address: Address, account: Account): GenesisDocument {
  const { staking } = old
  const ledger = withEntry<Address, Account | undefined>(staking.ledger, address, account)
  return { ...old, staking: { ...staking, ledger } }
}

const general = (fields: Partial<GeneralAccount>): Account =>
  make(Account, { general: make(GeneralAccount, fields) })

describe('the migration of a genesis document', () => {
  it('keeps whoever has stake and is vouched for, and sets what this release knows', () => {
    const { document, warnings } = migrate(old)
    assert.deepEqual(warnings, [])
    const { registry, roothash, governance, consensus } = document
    assert.deepEqual(registry.entities, old.registry.entities)
    assert.deepEqual(registry.nodes, old.registry.nodes)
    assert.deepEqual(registry.params.teeFeatures?.sgx.maxAttestationAge, 1_200n)
    assert.equal(registry.params.maxRuntimeDeployments, 5)
    assert.equal(registry.params.gasCosts.get('prove_freshness'), 1_000n)
    assert.equal(roothash.params.maxPastRootsStored, 1_200n)
    assert.equal(governance.params.enableChangeParametersProposal, true)
    assert.equal(consensus.params.maxBlockSize, 1_048_576n)
    assert.deepEqual([document.chainId, document.beacon.base], [old.chainId, old.beacon.base])
    const timeouts = registry.runtimes.map((one) => one?.txnScheduler.proposeBatchTimeout)
    assert.deepEqual(timeouts, [5_000_000_000n, 0n])
    requireSane(document, 'it', { isDebug: false, signatures })
  })

  it('begins in the next epoch under another name', () => {
    const { document } = migrate(old, 'another')
    assert.deepEqual([document.chainId, document.beacon.base], ['another', old.beacon.base + 1n])
    const last = migrate({ ...old, beacon: { ...old.beacon, base: 2n ** 64n - 1n } }, 'another')
    assert.equal(last.document.beacon.base, 0n)
    assert.match(new TextDecoder().decode(document.extraData?.get('quote')), /^Quis custodiet/)
  })

  it('moves the price of a policy to the key manager', () => {
    const gasCosts: GasCosts = keyedMap(text, [['update_keymanager', 77n]] as const)
    const { document } = migrate(withRegistry({ params: { ...old.registry.params, gasCosts } }))
    assert.equal(document.keymanager.params.gasCosts.get('update_policy'), 77n)
    assert.equal(document.registry.params.gasCosts.has('update_keymanager'), false)
    assert.equal(migrate(old).document.keymanager.params.gasCosts.get('update_policy'), 0n)
  })

  it('asks observers for the stake of computing nodes where nobody has said how much', () => {
    const { 'node-observer': observer, 'node-compute': compute } = ThresholdKind.names
    const { staking } = old
    const only = (...entries: readonly (readonly [bigint, bigint])[]) => {
      const named = entries.map(([kind, amount]) => [kind, quantity(amount)] as const)
      const thresholds = keyedMap(ThresholdKind, named)
      const document = {
        ...old,
        staking: { ...staking, params: { ...staking.params, thresholds } },
      }
      return migrate(document).document.staking.params.thresholds.get(observer)
    }
    assert.equal(only([compute, 5n]), 5n)
    assert.equal(only(), 0n)
    assert.equal(only([compute, 5n], [observer, 3n]), 3n)
  })

  it('lets nobody allow more than there is', () => {
    const allowances = keyedMap(Address, [
      [owner, quantity(10_001n)],
      [BURN_ADDRESS, quantity(10_000n)],
    ] as const)
    const address = stakingAddress(keyOf(entitySigner('spender')))
    const { document, warnings } = migrate(withAccount(address, general({ allowances })))
    const capped = document.staking.ledger.get(address)?.general.allowances
    assert.deepEqual([...(capped?.values() ?? [])], [10_000n, 10_000n])
    assert.match(warnings.join(), /^oasis1\w+ allows more than the total supply/)
  })

  it('leaves an entity out whose stake is not enough, or that has none, and its nodes', () => {
    const bob = entitySigner('bob')
    const signers = nodeSigners('of bob')
    const nodes = [...old.registry.nodes, signedNode(signers, { entityId: keyOf(bob) })]
    const entities = [...old.registry.entities, signedEntity(bob, [keyOf(signers.id)])]
    const { document, warnings } = migrate(withRegistry({ entities, nodes }))
    assert.deepEqual(document.registry.entities, old.registry.entities)
    assert.deepEqual(document.registry.nodes, old.registry.nodes)
    assert.match(warnings[0]!, /^entity .* is left out: its stake is not enough$/)
    assert.match(warnings[1]!, /^node .* is left out: its entity is not there any more$/)
  })

  it('leaves nodes out that nobody vouches for, that have no role, or name unknown runtimes', () => {
    const id = testNamespace(Uint8Array.of(99))
    const cases = [
      [nodeSigners('stranger'), {}, /does not vouch for it/],
      [validatorSigners, { roles: 0 }, /its roles make no sense/],
      [validatorSigners, { roles: 0x80 }, /its roles make no sense/],
      [
        validatorSigners,
        { softwareVersion: 'x'.repeat(NODE_SOFTWARE_VERSION_BYTES_MAX + 1) },
        /software is too long/,
      ],
      [validatorSigners, { runtimes: [make(NodeRuntime, { id })] }, /a runtime that is not there/],
    ] as const
    for (const [signers, fields, why] of cases) {
      const { document, warnings } = migrate(withRegistry({ nodes: [signedNode(signers, fields)] }))
      assert.deepEqual(document.registry.nodes, [])
      assert.match(warnings.join(), why)
    }
  })

  it('leaves nodes out whose descriptors are of the time in which they told about the beacon', () => {
    const item = readItem(encode(Node, nodeOf(validatorSigners)))
    assert.ok(item.kind === 'map')
    const said = [{ kind: 'text', text: 'beacon' }, integerItem(1n)] as const
    const blob = writeItem(sortItem({ ...item, pairs: [...item.pairs, said] }))
    const signers = Object.values(validatorSigners)
    const signed = multiSignValue(signers, contextOf(contexts.registerNode), raw, blob)
    const { document, warnings } = migrate(withRegistry({ nodes: [signed] }))
    assert.deepEqual(document.registry.nodes, [])
    assert.match(warnings.join(), /^node .* is left out: its descriptor has a form that is not/)
  })

  it('keeps a node whose version has NODE_SOFTWARE_VERSION_BYTES_MAX bytes', () => {
    const softwareVersion = 'x'.repeat(NODE_SOFTWARE_VERSION_BYTES_MAX)
    const nodes = [signedNode(validatorSigners, { softwareVersion })]
    assert.deepEqual(migrate(withRegistry({ nodes })).document.registry.nodes, nodes)
  })

  it('is refused for what is signed badly, null, or there twice', () => {
    const [entity] = old.registry.entities
    const [node] = old.registry.nodes
    const [runtime] = old.registry.runtimes
    const badEntity = { ...entity!, signature: signedEntity(entitySigner('x')).signature }
    const refused = [
      [{ entities: [badEntity] }, /registry\.entities\[0\] cannot be opened/],
      [{ entities: [undefined] }, /registry\.entities\[0\] is null/],
      [{ nodes: [node, { ...node!, signatures: [] }] }, /registry\.nodes\[1\] cannot be opened/],
      [{ runtimes: [runtime], suspendedRuntimes: [runtime] }, /^.*runtime \w+ is there twice/],
      [{ runtimes: [{ ...runtime!, kind: 5 }] }, /runtime \w+ is of no kind that is known/],
      [{ runtimes: [undefined] }, /registry\.runtimes\[0\] is null/],
    ] as const
    for (const [changes, message] of refused)
      assert.throws(() => migrate(withRegistry(changes)), {
        reason: 'provisioning.badGenesis',
        message,
      })
  })

  it('is refused where somebody has used the address at which tokens are burnt', () => {
    const message = /was used by somebody/
    assert.throws(() => migrate(withAccount(BURN_ADDRESS, general({ nonce: 1n }))), { message })
    const allowances = keyedMap(Address, [[owner, quantity(1n)]] as const)
    assert.throws(() => migrate(withAccount(BURN_ADDRESS, general({ allowances }))), { message })
    migrate(withAccount(BURN_ADDRESS, general({ balance: quantity(5n) })))
  })

  it('gives runtimes that wait longer for a batch as long to propose it', () => {
    const runtime = computeRuntime()
    const txnScheduler = { ...runtime.txnScheduler, batchFlushTimeout: 6_000_000_000n }
    const suspendedRuntimes = [{ ...runtime, txnScheduler }]
    const { document } = migrate(withRegistry({ runtimes: [], nodes: [], suspendedRuntimes }))
    const [migrated] = document.registry.suspendedRuntimes
    assert.equal(migrated?.txnScheduler.proposeBatchTimeout, 6_000_000_000n)
  })
})
