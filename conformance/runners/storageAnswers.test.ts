import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { verifyProof } from '@wadi/mkvs/verifyProof'
import '../src/coverage.ts'
import { chainOfConversation } from '../src/hostConversation.ts'
import {
  encodeAnswer,
  type RecordedFrame,
  type StorageQuestion,
  storageQuestions,
} from '../src/hostTraffic.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import { blockVersions, roundVersions, type StateVersion } from '../src/stateVersions.ts'
import { hasVector, listFolder, readNdjson } from '../src/vectors.ts'

function check(tree: Tree, question: StorageQuestion): void {
  const { recorded, recordedBytes, what } = question
  assert.deepEqual(toHex(encodeAnswer(question.answer(tree))), toHex(recordedBytes), what)
  verifyProof(recorded.untrustedRoot, recorded)
}

/** Goes through the versions of a state and answers what was asked of each. */
function answerAlong(
  versions: Iterable<StateVersion>,
  namespace: Uint8Array,
  questions: ReadonlyMap<string, readonly StorageQuestion[]>,
): number {
  const tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE })
  let answered = 0
  for (const { version, state_diff } of versions) {
    applyDiff(tree, state_diff)
    const { root } = tree.commit({ version, baseAddress: 1 })
    for (const question of questions.get(`${version} ${toHex(root.hash)}`) ?? []) {
      check(tree, question)
      answered++
    }
  }
  return answered
}

describe('storage answers in recorded host protocol traffic', () => {
  for (const file of listFolder('rhp').filter((name) => name.endsWith('.ndjson.gz'))) {
    it(`${file}: every proof is rebuilt to the byte, and verifies`, () => {
      const chain = chainOfConversation(file)
      const byRoot = new Map<string, StorageQuestion[]>()
      let count = 0
      let namespace = new Uint8Array(32)
      for (const question of storageQuestions(readNdjson<RecordedFrame>(`rhp/${file}`))) {
        const { root } = question
        const key = `${root.version} ${toHex(root.hash)}`
        byRoot.set(key, [...(byRoot.get(key) ?? []), question])
        if (root.namespace.some((byte) => byte !== 0)) namespace = Uint8Array.from(root.namespace)
        count++
      }
      let answered = answerAlong(blockVersions(chain), new Uint8Array(32), byRoot)
      if (hasVector(`chains/${chain}/rounds.ndjson.gz`))
        answered += answerAlong(roundVersions(chain), namespace, byRoot)
      assert.equal(answered, count)
      assert.notEqual(count, 0)
    })
  }
})
