import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  AddressState,
  Genesis,
  Parameters,
  type PendingAction,
  type Vault,
} from '@wadi/consensus/vault'
import * as keys from '@wadi/consensus/vault/keys'
import { Address, vaultAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import { testContext } from '../testing/testContext.ts'
import { alice, bob } from '../testing/testLedger.ts'
import { ADMINS, dave, SUSPEND, SUSPENDERS } from '../testing/testVault.ts'
import { checkGenesis, exportGenesis, initChain } from './genesis.ts'
import { addressStateOf, parametersOf, pendingActionsOf, vaultsOf } from './queries.ts'

const params = { ...zero(Parameters), enabled: true, maxAuthorityAddresses: 4 }
const plain = { module: 'unknown', code: 1 }

function vault(id: bigint): Vault {
  const authorities = { adminAuthority: ADMINS, suspendAuthority: SUSPENDERS }
  return { creator: alice, id, state: 1, nonce: 3n, ...authorities }
}

const [first, second] = [vaultAddress(alice, 1n), vaultAddress(alice, 2n)]
const state: AddressState = {
  withdrawPolicy: { limitAmount: quantity(10n), limitInterval: 5n },
  bucket: 1n,
  amount: quantity(3n),
}
const pending: PendingAction = { nonce: 3n, authorizedBy: [bob], action: SUSPEND }

type Entries<T> = readonly (readonly [Address, T])[]

function section(
  vaults: readonly (Vault | undefined)[],
  states: Entries<Entries<AddressState | undefined> | undefined> = [],
  actions: Entries<readonly (PendingAction | undefined)[] | undefined> = [],
): Genesis {
  return {
    params,
    vaults,
    states: keyedMap(
      Address,
      states.map(([address, entries]) => [address, entries && keyedMap(Address, entries)] as const),
    ),
    pendingActions: keyedMap(Address, actions),
  }
}

/** A chain that begins with the section. */
function begin(genesis: Genesis | undefined): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n })
  const document = { ...zero(GenesisDocument), vault: genesis }
  initChain(ctx, { document, validators: [] })
  return ctx
}

describe('the vault in a genesis document', () => {
  it('may be missing: then nothing is written', () => {
    const ctx = begin(undefined)
    assert.equal(ctx.state.get(keys.parameters.keys.encode()), undefined)
    assert.equal(parametersOf(ctx.state).enabled, false)
  })

  it('becomes state, also what belongs to no vault', () => {
    const genesis = section([vault(1n)], [[second, [[dave, state]]]], [[second, [pending]]])
    const ctx = begin(genesis)
    assert.deepEqual(vaultsOf(ctx.state), [vault(1n)])
    assert.deepEqual(addressStateOf(ctx.state, second, dave), state)
    assert.deepEqual(pendingActionsOf(ctx.state, second), [pending])
    assert.deepEqual(
      encode(Genesis, exportGenesis(ctx.state)),
      encode(Genesis, section([vault(1n)])),
    )
  })

  it('comes out as it went in: vaults by address, empty parts left out', () => {
    const vaults = [vault(1n), vault(2n)].sort(
      (a, b) => vaultAddress(a.creator, a.id)[1]! - vaultAddress(b.creator, b.id)[1]!,
    )
    const genesis = section(vaults, [[first, [[dave, state]]]], [[second, [pending]]])
    const exported = exportGenesis(begin(genesis).state)
    assert.deepEqual(encode(Genesis, exported), encode(Genesis, genesis))
  })

  it('may have null for what an address may withdraw, which is written', () => {
    const ctx = begin(
      section(
        [vault(1n)],
        [
          [first, [[dave, undefined]]],
          [second, undefined],
        ],
      ),
    )
    const bytes = ctx.state.get(keys.addressStates.keys.encode(first, dave))
    assert.deepEqual(bytes, Uint8Array.of(0xf6))
    assert.deepEqual(addressStateOf(ctx.state, first, dave), make(AddressState, {}))
  })

  it('is refused with null for a vault or an action, but not for a list of actions', () => {
    assert.throws(() => begin(section([undefined])), {
      ...plain,
      reason: 'vaultGenesis.null',
      context: 'vault.vaults[0]',
    })
    assert.throws(() => begin(section([], [], [[first, [undefined]]])), plain)
    begin(section([], [], [[first, undefined]]))
  })

  it('is refused at start only if no vault could be', () => {
    checkGenesis(undefined)
    checkGenesis(section([]))
    const none = { ...params, maxAuthorityAddresses: 0 }
    assert.throws(() => checkGenesis({ ...section([]), params: none }), plain)
    checkGenesis({ ...section([]), params: { ...none, enabled: false } })
  })
})
