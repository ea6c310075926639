import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { MultiSignedNode } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { bareDescriptor, checkRoles, signDescriptor } from './descriptor.ts'
import { testOwner, testSigners } from './testing/testNode.ts'

const bare = bareDescriptor({
  signers: testSigners,
  owner: testOwner,
  epoch: 7n,
  softwareVersion: '26.1',
})

describe('the descriptor of a node', () => {
  it('is to the byte what the reference signs with the same keys', () => {
    const address = parseNodeAddress('1.1.1.1:26656')
    const peer = { id: PublicKey.check(testSigners.p2p.publicKey), address }
    const signed = signDescriptor(testSigners, {
      ...bare,
      roles: ROLES.validator,
      consensus: { ...bare.consensus, addresses: [peer] },
      p2p: { ...bare.p2p, addresses: [parseNodeAddress('1.1.1.1:9200')] },
    })
    const bytes = encode(MultiSignedNode, signed)
    // Made with MultiSignNode of oasis-core 26.1 and its test signers of these names.
    assert.equal(bytes.length, 1099)
    assert.equal(
      toHex(sha512Trunc256(bytes)),
      '400d36f0a8d8dc6868efb37403a7332e9f4bfec2cbd55046b157fefb94c1bc62',
    )
  })

  it('needs a role, and a runtime for the roles that have one', () => {
    assert.throws(() => checkRoles(bare), { reason: 'registration.noRoles' })
    checkRoles({ ...bare, roles: ROLES.validator })
    for (const role of ['compute', 'observer', 'key-manager', 'storage-rpc'] as const) {
      const descriptor = { ...bare, roles: ROLES[role] }
      assert.throws(() => checkRoles(descriptor), { reason: 'registration.noRuntimes' })
    }
  })
})
