import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { bool, u16 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import fc from 'fast-check'
import { ENTITY_VERSION, Entity } from './entity.ts'
import { PublicKey } from './publicKey.ts'

const Old = struct({ v: u16, id: PublicKey, allowEntitySignedNodes: omitEmpty(bool) })
const id = PublicKey.check(new Uint8Array(32).fill(3))

describe('Entity', () => {
  it('comes back from the wire', () => {
    fc.assert(
      fc.property(arbitrary(Entity), (any) => {
        const entity = { ...any, v: ENTITY_VERSION }
        assert.deepEqual(decode(Entity, encode(Entity, entity)), entity)
      }),
    )
  })

  it('of version 1 becomes version 2 while it is decoded', () => {
    const old = encode(Old, { v: 1, id, allowEntitySignedNodes: false })
    assert.deepEqual(decode(Entity, old), { v: 2, id, nodes: [] })
  })

  it('of version 1 is refused when the entity signs for its nodes', () => {
    const old = encode(Old, { v: 1, id, allowEntitySignedNodes: true })
    assert.throws(() => decode(Entity, old), { reason: 'entity.entitySignedNodes' })
  })

  it('of version 2 is refused with the field of version 1', () => {
    const mixed = encode(Old, { v: 2, id, allowEntitySignedNodes: true })
    assert.throws(() => decode(Entity, mixed), { reason: 'cbor.unknownField' })
  })

  it('of any other version, or without one, is refused', () => {
    for (const v of [0, 3, 0xffff]) {
      const other = encode(Old, { v, id, allowEntitySignedNodes: false })
      assert.throws(() => decode(Entity, other), { module: 'unknown', code: 1 })
    }
    assert.throws(() => decode(Entity, Uint8Array.of(0xa0)), { reason: 'cbor.missingVersion' })
  })
})
