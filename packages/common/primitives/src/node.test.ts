import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { raw, u16, u32, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import fc from 'fast-check'
import { NODE_VERSION, Node } from './node.ts'
import { NodeAddress, parseNodeAddress } from './nodeAddress.ts'
import { PublicKey } from './publicKey.ts'

const key = (fill: number) => PublicKey.check(new Uint8Array(32).fill(fill))
const TlsAddress = struct({ pubKey: PublicKey, address: NodeAddress })
const Tls = struct({ pubKey: PublicKey, nextPubKey: PublicKey, addresses: list(TlsAddress) })

/** As they were written before version 3; `vrf` may be left out. */
const Old = struct({
  v: u16,
  id: PublicKey,
  entityId: PublicKey,
  expiration: u64,
  tls: Tls,
  vrf: omitEmpty(raw),
  roles: u32,
})

const old = {
  v: 2,
  id: key(1),
  entityId: key(2),
  expiration: 5n,
  tls: {
    pubKey: key(3),
    nextPubKey: key(4),
    addresses: [{ pubKey: key(3), address: parseNodeAddress('1.2.3.4:5') }],
  },
  vrf: new Uint8Array(0),
  roles: 8 | 16,
}

describe('Node', () => {
  it('comes back from the wire', () => {
    fc.assert(
      fc.property(arbitrary(Node), (any) => {
        const node = { ...any, v: NODE_VERSION }
        assert.deepEqual(decode(Node, encode(Node, node)), node)
      }),
    )
  })

  it('of version 2 becomes version 3: no consensus RPC role, no TLS addresses, some VRF key', () => {
    const node = decode(Node, encode(Old, old))
    assert.equal(node.v, NODE_VERSION)
    assert.equal(node.roles, 8)
    assert.deepEqual(node.tls, { pubKey: key(3) })
    assert.deepEqual(node.vrf, { id: PublicKey.zero })
    assert.deepEqual([node.id, node.entityId, node.expiration], [key(1), key(2), 5n])
    const vrf = encode(struct({ id: PublicKey }), { id: key(6) })
    assert.deepEqual(decode(Node, encode(Old, { ...old, vrf })).vrf, { id: key(6) })
  })

  it('of version 3 is refused with what version 2 had', () => {
    const mixed = encode(Old, { ...old, v: 3 })
    assert.throws(() => decode(Node, mixed), { reason: 'cbor.unknownField' })
  })

  it('of any other version is refused', () => {
    for (const v of [0, 1, 4]) {
      const other = encode(Old, { ...old, v })
      assert.throws(() => decode(Node, other), { reason: 'cbor.unknownVersion' })
    }
  })
})
