import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { hashOf, insert, type Node } from './reference.ts'

/** OpenSSL's, so that the kernel is not its own judge. */
const sha512Trunc256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(hash('sha512-256', bytes, 'buffer'))

const GOLDEN_LEAF = '5c05183d4158b5920b16833acb78ccda464da83f720f824177b3a55a75f9fd88'

describe('the reference tree', () => {
  it('hashes the golden leaf of the specification', () => {
    const leaf = insert(undefined, toUtf8('a golden key'), toUtf8('value'))
    assert.equal(toHex(hashOf(leaf, sha512Trunc256)), GOLDEN_LEAF)
  })

  it('reaches the published roots of 500 and 1000 pairs', () => {
    let tree: Node
    const rootOf = (from: number, to: number): string => {
      for (let i = from; i < to; i++) tree = insert(tree, toUtf8(`key ${i}`), toUtf8(`value ${i}`))
      return toHex(hashOf(tree, sha512Trunc256))
    }
    assert.equal(rootOf(0, 500), 'cf6e9b6a26e10a8218b8658ac9302af1a4c1ae4e1b1a7633860a0f81fb759495')
    assert.equal(
      rootOf(500, 1000),
      '2187c55627819b60069888ba86f83dc2a9f50c827624b0e31e31261806300ede',
    )
  })
})
