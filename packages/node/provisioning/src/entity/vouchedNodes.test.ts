import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { toIndentedJson } from '@wadi/cbor/json'
import {
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  signedNode,
  signNode,
} from '@wadi/consensus-services/testing/registry'
import { nodeFiles as files } from '@wadi/node-storage/node-files'
import { type MultiSignedNode, MultiSignedNode as Signed } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { anyChainSignatures } from '../genesis/genesisFile.ts'
import { put, scratchFolder } from '../testing/scratch.ts'
import { withNodes } from './vouchedNodes.ts'

const folder = scratchFolder()
const terms = { files, signatures: anyChainSignatures('allowed') }
const [a, b, c] = ['a', 'b', 'c'].map(nodeSigners) as [
  ReturnType<typeof nodeSigners>,
  ReturnType<typeof nodeSigners>,
  ReturnType<typeof nodeSigners>,
]
const alice = { v: 2, id: keyOf(entitySigner('alice')), nodes: [keyOf(c.id)] }

const write = (name: string, signed: MultiSignedNode): string =>
  put(folder, name, toIndentedJson(Signed, signed))

const vouch = (ids: readonly PublicKey[], ...descriptors: readonly string[]) =>
  withNodes(alice, { ids, descriptors }, terms).nodes.map(toBase64)

const named = (...keys: readonly PublicKey[]) => keys.map(toBase64)

function refuses(path: string, reason: string, sentence: RegExp): void {
  assert.throws(
    () => vouch([], path),
    (error: Error & { reason: string }) => {
      assert.equal(error.reason, `provisioning.${reason}`)
      assert.match(error.message, sentence)
      return true
    },
  )
}

describe('the nodes that an entity vouches for', () => {
  it('are those that are named, by key and by descriptor, each once and in that order', () => {
    const path = write('a.json', signedNode(a))
    assert.deepEqual(vouch([keyOf(b.id)], path), named(keyOf(b.id), keyOf(a.id)))
    assert.deepEqual(
      vouch([keyOf(b.id), keyOf(a.id), keyOf(b.id)], path),
      named(keyOf(b.id), keyOf(a.id)),
    )
    assert.deepEqual(vouch([]), [])
  })

  it('are not those of others', () => {
    const path = write('bob.json', signedNode(a, { entityId: keyOf(entitySigner('bob')) }))
    refuses(path, 'mismatch', /is of a node of the entity .*; name a descriptor/)
  })

  it('have signed their descriptors themselves, before their other keys', () => {
    const { id, ...others } = a
    const path = write('late.json', signNode({ ...others, id }, nodeOf(a)))
    refuses(path, 'mismatch', /is signed by .* first and not by its node/)
  })

  it('have descriptors that can be read, and whose signatures are good', () => {
    const signed = signedNode(a)
    const other = signedNode(b)
    const forged = write('forged.json', { ...signed, signatures: other.signatures })
    refuses(forged, 'badFile', /signature verification failed/)
    refuses(write('none.json', { ...signed, signatures: [] }), 'badFile', /verification failed/)
    refuses(put(folder, 'text.json', 'node'), 'badFile', /is not a node's signed descriptor/)
    refuses('/nowhere/node.json', 'missing', /make one with `registry node init`$/)
  })
})
