import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import type { Action, Authority } from '@wadi/consensus/vault'
import { VAULT_STATES } from '@wadi/consensus/vault'
import { AuthorizeAction } from '@wadi/consensus/vault/methods'
import type { Address } from '@wadi/primitives/address'
import { method } from '../kernel/method.ts'
import type { Service } from '../kernel/service.ts'
import { CALL_DEPTH_MAX } from '../limits.ts'
import { accountOf } from '../staking/queries.ts'
import { setAccount } from '../staking/state.ts'
import { testContext } from '../testing/testContext.ts'
import { alice } from '../testing/testLedger.ts'
import { acting, agree, createVault, SUSPEND, testVaults } from '../testing/testVault.ts'
import { vaultOf } from '../vault/queries.ts'
import { applicationSubscriptions, createDispatcher } from './dispatch.ts'
import { errors } from './errors.ts'

const callDepthExceeded = { module: 'unknown', code: 1, reason: 'mux.callDepthExceeded' }
const WRITTEN = Uint8Array.of(0xff, 1)

/** Writes in the name of whoever calls, and fails if it is called with nothing. */
const writer: Service = {
  name: '900_writer',
  priority: () => 0n,
  *violations() {},
  methods: {
    'test.Write': method(bytes, errors.unknownMethod, (ctx, body) => {
      ctx.state.insert(WRITTEN, ctx.caller)
      if (body.length === 0) throw errors.unknownMethod('asked to fail')
    }),
  },
}

const disabled: Service = {
  ...writer,
  methods: { 'test.Disabled': writer.methods['test.Write']! },
  isEnabled: () => false,
}
const dispatcher = createDispatcher([writer, disabled])
const { executeSubcall } = applicationSubscriptions(dispatcher)

/** Makes a call in the name of alice from inside so many contexts. */
function callFrom(depth: number, name = 'test.Write', body = Uint8Array.of(1)) {
  const ctx = { ...testContext(), depth }
  const call = () =>
    executeSubcall!(ctx, { caller: alice, method: name, body: encode(bytes, body) })
  return { ctx, call }
}

describe('a dispatcher', () => {
  it('knows the methods of services that are enabled', () => {
    const ctx = testContext()
    assert.equal(dispatcher.resolve(ctx, 'test.Write').service, writer)
    const unknownMethod = { module: 'unknown', code: 1, reason: 'mux.unknownMethod' }
    for (const name of ['test.Disabled', 'test.Other', '', 'toString'])
      assert.throws(() => dispatcher.resolve(ctx, name), unknownMethod)
    assert.throws(() => createDispatcher([writer, writer]), { name: 'BugError' })
  })
})

describe('a call in the name of an account', () => {
  it('is that account’s, and leaves nothing if it fails', () => {
    const { ctx, call } = callFrom(0)
    assert.equal(call(), 'understood')
    assert.deepEqual(ctx.state.get(WRITTEN), alice)
    const { ctx: other, call: fail } = callFrom(0, 'test.Write', new Uint8Array(0))
    assert.throws(fail, { reason: 'mux.unknownMethod', context: 'asked to fail' })
    assert.equal(other.state.get(WRITTEN), undefined)
  })

  it('is made from inside CALL_DEPTH_MAX contexts, and refused from one more', () => {
    const { ctx, call } = callFrom(CALL_DEPTH_MAX)
    assert.equal(call(), 'understood')
    assert.deepEqual(ctx.state.get(WRITTEN), alice)
    const { ctx: deeper, call: refused } = callFrom(CALL_DEPTH_MAX + 1)
    assert.throws(refused, callDepthExceeded)
    assert.equal(deeper.state.get(WRITTEN), undefined)
    const { call: unknown } = callFrom(CALL_DEPTH_MAX + 1, 'test.Other')
    assert.throws(unknown, callDepthExceeded, 'before anybody looks for the method')
  })

  it('COMPAT: leads through vaults to three more; CALL_DEPTH_MAX has no room for a fourth', () => {
    // Alice has the first vault make the next one act, and so on, until the last is suspended.
    const suspendedThrough = (calls: number) => {
      const ctx = testVaults()
      const alone = (address: Address): Authority => ({ addresses: [address], threshold: 1 })
      const vaults: Address[] = []
      for (let i = 0; i <= calls; i++) {
        const account = accountOf(ctx.state, alice)
        const general = { ...account.general, nonce: BigInt(i) }
        setAccount(ctx.state, alice, { ...account, general })
        const authority = alone(vaults.at(-1) ?? alice)
        vaults.push(createVault(ctx, authority, authority))
      }
      const body = vaults.reduceRight<AuthorizeAction | undefined>((inner, vault) => {
        const action = inner === undefined ? SUSPEND : calling(inner)
        return { vault, nonce: 0n, action }
      }, undefined)
      agree(ctx, body!, alice)
      return vaultOf(ctx.state, vaults.at(-1)!)!.state === VAULT_STATES.suspended
    }
    assert.deepEqual([0, 1, 2, 3, 4].map(suspendedThrough), [true, true, true, true, false])
  })
})

function calling(inner: AuthorizeAction): Action {
  const body = encode(AuthorizeAction, inner)
  return acting({ executeMsg: { method: 'vault.AuthorizeAction', body } })
}
