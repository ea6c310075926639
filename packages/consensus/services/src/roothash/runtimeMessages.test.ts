import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { errors as governanceErrors } from '@wadi/consensus/governance/errors'
import * as keys from '@wadi/consensus/roothash/keys'
import {
  GovernanceMessage,
  Message,
  RegistryMessage,
  StakingMessage,
} from '@wadi/consensus/roothash/messages'
import { runtimeAddress } from '@wadi/primitives/address'
import { errors as quantityErrors } from '@wadi/primitives/quantity'
import type { Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { errors as gasErrors } from '../kernel/gas.ts'
import { mark } from '../kernel/state.ts'
import { testContext } from '../testing/testContext.ts'
import { tell } from './events.ts'
import { estimateMessages, executeMessages } from './runtimeMessages.ts'
import { RUNTIME_ID, testHash, toldKinds } from './testing/testRuntime.ts'

const staking = make(Message, { staking: zero(StakingMessage) })
const registry = make(Message, { registry: zero(RegistryMessage) })
const governance = make(Message, { governance: zero(GovernanceMessage) })

/** A network in which somebody answers what runtimes ask. */
function answering(subscriptions: Subscriptions): Context {
  return testContext({ mode: 'endBlock', subscribers: [{ subscriptions }] })
}

const NULL = Uint8Array.of(0xf6)

describe('messages of a runtime', () => {
  it('go to the service that they name, and their results are kept as they are', () => {
    const asked: string[] = []
    const answer = (name: string, result?: Uint8Array) => () => {
      asked.push(name)
      return result
    }
    const ctx = answering({
      runtimeStakingMessage: answer('staking', Uint8Array.of(0x18, 0x2a)),
      runtimeRegistryMessage: answer('registry', Uint8Array.of(0xa0)),
      runtimeGovernanceMessage: answer('governance'),
    })
    assert.deepEqual(executeMessages(ctx, RUNTIME_ID, [staking, registry, governance]), [
      { module: '', code: 0, index: 0, result: Uint8Array.of(0x18, 0x2a) },
      { module: '', code: 0, index: 1, result: Uint8Array.of(0xa0) },
      { module: '', code: 0, index: 2, result: NULL },
    ])
    assert.deepEqual(asked, ['staking', 'registry', 'governance'])
  })

  it('are answered with the code of what went wrong, and the others go on', () => {
    const ctx = answering({
      runtimeStakingMessage: () => {
        throw quantityErrors.insufficientBalance()
      },
      runtimeGovernanceMessage: () => {
        throw governanceErrors.invalidArgument()
      },
    })
    const results = executeMessages(ctx, RUNTIME_ID, [staking, governance, staking])
    assert.deepEqual(results, [
      { module: 'unknown', code: 1, index: 0, result: NULL },
      { module: 'governance', code: 1, index: 1, result: NULL },
      { module: 'unknown', code: 1, index: 2, result: NULL },
    ])
  })

  it('that nobody answers, or that ask for nothing, are invalid', () => {
    const results = executeMessages(answering({}), RUNTIME_ID, [staking, zero(Message)])
    assert.deepEqual(
      results.map(({ module, code }) => `${module}/${code}`),
      ['roothash/1', 'roothash/1'],
    )
  })

  it('that name several services go to the first one', () => {
    const ctx = answering({ runtimeGovernanceMessage: () => assert.fail('not asked') })
    const both = make(Message, { ...governance, ...{ registry: zero(RegistryMessage) } })
    assert.equal(executeMessages(ctx, RUNTIME_ID, [both])[0]?.module, 'roothash')
  })

  it("are said in the runtime's name and for free; what is told stays", () => {
    const ctx = answering({
      runtimeStakingMessage: (inner) => {
        assert.deepEqual(inner.caller, runtimeAddress(RUNTIME_ID))
        assert.equal(inner.isMessage, true)
        assert.equal(inner.mode, 'endBlock')
        inner.gas.use(1_000_000_000n)
        tell(inner, RUNTIME_ID, 'finalized', { round: 1n })
        return undefined
      },
    })
    executeMessages(ctx, RUNTIME_ID, [staking])
    assert.equal(ctx.gas.used, 0n)
    assert.deepEqual(toldKinds(ctx), ['finalized'])
  })

  it('stop the node where it is our fault', () => {
    const ctx = answering({
      runtimeStakingMessage: () => {
        throw new BugError('ours')
      },
    })
    assert.throws(() => executeMessages(ctx, RUNTIME_ID, [staking]), BugError)
  })
})

describe('an estimate of messages', () => {
  it('uses gas, and leaves nothing behind', () => {
    const ctx = answering({
      runtimeStakingMessage: (inner) => {
        assert.equal(inner.mode, 'simulate')
        inner.gas.use(5n)
        tell(inner, RUNTIME_ID, 'finalized', { round: 1n })
        mark(inner.state, keys.evidence, RUNTIME_ID, 1n, testHash('x'))
        return undefined
      },
      runtimeRegistryMessage: () => {
        throw gasErrors.outOfGas()
      },
    })
    const key = keys.evidence.keys.encode(RUNTIME_ID, 1n, testHash('x'))
    estimateMessages(ctx, RUNTIME_ID, [staking, registry, staking])
    assert.equal(ctx.gas.used, 10n)
    assert.deepEqual(ctx.events, [])
    assert.equal(ctx.state.get(key), undefined)
  })
})
