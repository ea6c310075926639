import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalRoots, follows, ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from './roots.ts'

const root: Root = {
  namespace: new Uint8Array(32),
  version: 7n,
  type: ROOT_TYPE_STATE,
  hash: new Uint8Array(32).fill(1),
}
const otherHash = new Uint8Array(32).fill(2)
const otherNamespace = new Uint8Array(32).fill(3)

describe('a root', () => {
  it('is the same only if everything is', () => {
    assert.ok(equalRoots(root, { ...root }))
    assert.ok(!equalRoots(root, { ...root, version: 8n }))
    assert.ok(!equalRoots(root, { ...root, type: ROOT_TYPE_IO }))
    assert.ok(!equalRoots(root, { ...root, hash: otherHash }))
    assert.ok(!equalRoots(root, { ...root, namespace: otherNamespace }))
  })

  it('follows one of the same tree with the same version or the one before', () => {
    assert.ok(follows({ ...root, hash: otherHash }, root))
    assert.ok(follows({ ...root, version: 8n }, root))
    assert.ok(!follows({ ...root, version: 9n }, root))
    assert.ok(!follows({ ...root, version: 6n }, root))
    assert.ok(!follows({ ...root, type: ROOT_TYPE_IO }, root))
    assert.ok(!follows({ ...root, namespace: otherNamespace }, root))
  })
})
