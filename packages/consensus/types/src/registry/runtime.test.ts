import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { toJson } from '@wadi/cbor/json'
import { CommitteeKind } from '../scheduler/committee.ts'
import {
  Runtime,
  RuntimeGovernanceModel,
  RuntimeStakingParameters,
  VersionInfo,
} from './runtime.ts'

const hexOf = (name: string) => toHex(toUtf8(name))

describe('registry.Runtime', () => {
  it('leaves out the parts in which everything may be left out, and only those', () => {
    const hex = toHex(encode(Runtime, zero(Runtime)))
    for (const name of ['executor', 'storage', 'admission_policy', 'genesis']) {
      assert.ok(hex.includes(hexOf(name)), name)
    }
    for (const name of ['txn_scheduler', 'staking', 'constraints', 'key_manager', 'deployments']) {
      assert.ok(!hex.includes(hexOf(name)), name)
    }
  })

  it('shows in JSON the empty parts that the wire leaves out', () => {
    const json = toJson(Runtime, zero(Runtime))
    assert.ok(json.includes('"txn_scheduler":{}'))
    assert.ok(json.includes('"staking":{"min_in_message_fee":"0"}'))
  })

  it('names its governance in JSON, but not its kind', () => {
    const runtime = make(Runtime, { kind: 1, governanceModel: RuntimeGovernanceModel.names.entity })
    const json = toJson(Runtime, runtime)
    assert.ok(json.includes('"kind":1,') && json.includes('"governance_model":"entity"'))
  })

  it('can hold a deployment that is null, for the registry to refuse', () => {
    const deployments = [undefined, zero(VersionInfo)]
    const bytes = encode(Runtime, make(Runtime, { deployments }))
    assert.deepEqual(decode(Runtime, bytes).deployments, deployments)
  })

  it('keeps constraints of a kind of committee that are null, because the state does', () => {
    const constraints = keyedMap(CommitteeKind, [[CommitteeKind.names.executor, undefined]])
    const bytes = encode(Runtime, make(Runtime, { constraints }))
    assert.ok(toHex(bytes).includes(`${hexOf('constraints')}a101f6`))
    assert.deepEqual(encode(Runtime, decode(Runtime, bytes)), bytes)
  })

  it('has kinds of thresholds of 64 bits, for the registry to refuse those without a name', () => {
    const odd = parseHex('a16a7468726573686f6c6473a13b7fffffffffffffff4101')
    assert.deepEqual(encode(RuntimeStakingParameters, decode(RuntimeStakingParameters, odd)), odd)
  })
})
