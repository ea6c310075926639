import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { RUNTIME_ID } from '../testing/testNetwork.ts'
import { serveDiffAs } from './serveDiff.ts'

const arena = new Arena()

function rootOf(log: WriteLog): Uint8Array {
  const tree = createTree(arena, { namespace: RUNTIME_ID, type: ROOT_TYPE_STATE })
  for (const [key, value] of log) if (value !== undefined) tree.insert(key, value)
  const root = tree.rootHash()
  tree.dispose()
  return root
}

describe('a peer that does not give what it has', () => {
  const diff: WriteLog = [[toUtf8('key'), toUtf8('value')]]

  it('gives nothing, or what leads to another root', () => {
    assert.equal(serveDiffAs('fail-read', diff), undefined)
    for (const log of [diff, [], [...diff, ...diff]]) {
      const corrupted = serveDiffAs('corrupt-diff', log)
      assert.notDeepEqual(rootOf(corrupted ?? []), rootOf(log))
    }
  })
})
