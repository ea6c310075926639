import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import '../src/coverage.ts'
import { listFolder, readJson } from '../src/vectors.ts'

/** One step of a published case; byte strings are base64, and absent means empty. */
interface TreeOperation {
  readonly op: 'Insert' | 'Remove' | 'Get' | 'IteratorSeek'
  readonly key?: string
  readonly value?: string
  readonly expected_key?: string
}

const bytes = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'base64')

function toHex(found: Uint8Array | string | undefined): string | undefined {
  if (found === undefined) return undefined
  return Buffer.from(typeof found === 'string' ? bytes(found) : found).toString('hex')
}

function perform(tree: Tree, { op, key, value, expected_key }: TreeOperation): void {
  if (op === 'Insert') tree.insert(bytes(key), bytes(value))
  else if (op === 'Remove') tree.remove(bytes(key))
  else if (op === 'Get') {
    assert.equal(toHex(tree.get(bytes(key))), toHex(value))
  } else if (op === 'IteratorSeek') {
    const cursor = tree.cursor()
    cursor.seek(bytes(key))
    assert.equal(toHex(cursor.key), toHex(expected_key))
    if (expected_key !== undefined) assert.equal(toHex(cursor.value), toHex(value))
  } else assert.fail(`unknown operation ${op}`)
}

describe('published operations on the tree', () => {
  for (const file of listFolder('mkvs').filter((name) => name.endsWith('.json'))) {
    it(`${file}: every read finds what it names, before and after a commit of each step`, () => {
      const operations = readJson<TreeOperation[]>(`mkvs/${file}`)
      assert.notEqual(operations.length, 0)
      for (const commits of ['none', 'each'] as const) {
        const tree = createTree(new Arena(), {
          namespace: new Uint8Array(32),
          type: ROOT_TYPE_STATE,
        })
        for (const [i, operation] of operations.entries()) {
          perform(tree, operation)
          if (commits === 'each') tree.commit({ version: BigInt(i), baseAddress: 1 })
        }
      }
    })
  }
})
