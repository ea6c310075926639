import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Tree } from '@wadi/mkvs/tree'
import { OPEN_TREES_MAX } from '../limits.ts'
import { OpenTrees } from './openTrees.ts'

/** Trees that say when they are opened and disposed of. */
function counted(): { readonly trees: OpenTrees<bigint>; readonly told: string[] } {
  const told: string[] = []
  const trees = new OpenTrees<bigint>((name) => {
    told.push(`open ${name}`)
    return { dispose: () => told.push(`close ${name}`) } as unknown as Tree
  })
  return { trees, told }
}

describe('open trees', () => {
  it('are opened once while they are asked for', () => {
    const { trees, told } = counted()
    assert.equal(trees.at(1n), trees.at(1n))
    assert.deepEqual(told, ['open 1'])
  })

  it(`are at most ${OPEN_TREES_MAX}; the one that was asked for longest ago goes`, () => {
    const { trees, told } = counted()
    for (let height = 1; height <= OPEN_TREES_MAX; height++) trees.at(BigInt(height))
    trees.at(1n)
    assert.equal(told.length, OPEN_TREES_MAX)
    trees.at(99n)
    assert.deepEqual(told.slice(OPEN_TREES_MAX), ['open 99', 'close 2'])
  })

  it('are told apart by their names', () => {
    const opened: string[] = []
    const open = (what: { readonly name: string }) => {
      opened.push(what.name)
      return { dispose: () => {} } as unknown as Tree
    }
    const trees = new OpenTrees(open, ({ name }) => name)
    for (const name of ['a', 'b', 'a']) trees.at({ name })
    assert.deepEqual(opened, ['a', 'b'])
  })

  it('are all let go when a block has been added', () => {
    const { trees, told } = counted()
    trees.at(1n)
    trees.close()
    trees.at(1n)
    assert.deepEqual(told, ['open 1', 'close 1', 'open 1'])
  })
})
