/** A tree, two versions of it, a proof of one key, and the check of that proof. */

import { toUtf8 } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { getFromProof } from '@wadi/mkvs/readProof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet } from '@wadi/mkvs/syncer'
import { createTree } from '@wadi/mkvs/tree'
import { verifyProof } from '@wadi/mkvs/verifyProof'

const tree = createTree(new Arena(), { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
tree.insert(toUtf8('a'), toUtf8('1'))
const first = tree.commit({ version: 1n, baseAddress: 1 })
tree.insert(toUtf8('b'), toUtf8('2'))
const { root } = tree.commit({ version: 2n, baseAddress: 1 + first.records.length })

const proof = proveGet(tree, {
  tree: { root, position: root.hash },
  key: toUtf8('b'),
  includeSiblings: false,
  proofVersion: 1,
})
const answer = getFromProof(verifyProof(root.hash, proof), toUtf8('b'))
if (answer.kind !== 'present') throw new TypeError('the proof does not tell')
