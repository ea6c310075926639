import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { toJson } from '@wadi/cbor/json'
import { CommitteeKind, CommitteeRole } from './committee.ts'
import { ElectedEvent } from './events.ts'
import { ForceElectCommitteeRole } from './types.ts'

describe('lists of named bytes', () => {
  it('are byte strings on the wire and names in JSON', () => {
    const elected = { kinds: [CommitteeKind.names.executor] }
    assert.equal(toHex(encode(ElectedEvent, elected)), 'a1656b696e64734101')
    assert.equal(toJson(ElectedEvent, elected), '{"kinds":["executor"]}')
    const forced = make(ForceElectCommitteeRole, { roles: [CommitteeRole.names.worker] })
    assert.equal(toHex(encode(ForceElectCommitteeRole, forced)), 'a165726f6c65734101')
    assert.equal(toJson(ForceElectCommitteeRole, forced), '{"roles":["worker"]}')
  })
})
