import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { verifyProof } from '@wadi/mkvs/verifyProof'
import '../src/coverage.ts'
import {
  encodeAnswer,
  type RecordedFrame,
  type StorageQuestion,
  storageQuestions,
} from '../src/hostTraffic.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import type { RecordedBlock, RecordedRound, StateDiff } from '../src/records.ts'
import { hasVector, listChains, listFolder, readNdjson } from '../src/vectors.ts'

function check(tree: Tree, question: StorageQuestion): void {
  const { recorded, recordedBytes, what } = question
  assert.deepEqual(toHex(encodeAnswer(question.answer(tree))), toHex(recordedBytes), what)
  verifyProof(recorded.untrustedRoot, recorded)
}

interface Version {
  readonly version: bigint
  readonly state_diff?: StateDiff | null
}

/** Goes through the versions of a state and answers what was asked of each. */
function answerAlong(
  versions: Iterable<Version>,
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

function* blockVersions(chain: string): Generator<Version> {
  for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`))
    yield { version: BigInt(block.height), state_diff: block.state_diff ?? null }
}

function* roundVersions(chain: string): Generator<Version> {
  for (const round of readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`))
    yield { version: BigInt(round.round), state_diff: round.state_diff ?? null }
}

describe('storage answers in recorded host protocol traffic', () => {
  for (const file of listFolder('rhp').filter((name) => name.endsWith('.ndjson.gz'))) {
    // The longest name: one chain's name may begin with another's.
    const [chain] = listChains()
      .filter((name) => file.startsWith(name))
      .sort((a, b) => b.length - a.length)
    it(`${file}: every proof is rebuilt to the byte, and verifies`, () => {
      assert.ok(chain !== undefined, 'the recording is named for a recorded chain')
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
