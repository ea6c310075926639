/** The Merklized tree in memory: filling, updating, checking proofs, holding a million keys. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import type { Proof } from '@wadi/mkvs/proof'
import { getFromProof } from '@wadi/mkvs/readProof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet } from '@wadi/mkvs/syncer'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { verifyGet, verifyProof } from '@wadi/mkvs/verifyProof'
import { goPartner, goPeer, readGoPhase } from '../src/goPeer.ts'
import { median } from '../src/measure.ts'
import type { Contender, Scenario } from '../src/scenario.ts'
import {
  BATCH_SIZE,
  type Batch,
  forgetTreeWorkload,
  KEY_COUNT,
  operationsPerCpuSecond,
  treeWorkload,
  UPDATE_RUNS,
} from '../src/treeWorkload.ts'

const GO = 'reference (Go)'
const OURS = 'wadi'
const TURNS = 3

function emptyTree(): Tree {
  return createTree(new Arena(), { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
}

/** Writes each batch as one commit and gives the last root. */
function writeBatches(tree: Tree, batches: readonly Batch[]): string {
  let root = ''
  for (const batch of batches) {
    for (const { key, value } of batch) tree.insert(key, value)
    const version = tree.root.version + 1n
    const commit = tree.commit({ version, baseAddress: 1 })
    // The reference hands its write log over as a list; ours is packed until somebody looks at it.
    assert(commit.writeLog?.length === batch.length, 'the log lists every change of a batch')
    root = toHex(commit.root.hash)
  }
  return root
}

function checkRoot(phase: string, root: string): void {
  const theirs = readGoPhase('mkvs-memory', phase)
  assert(typeof theirs === 'string' || theirs.root === root, `${phase}: roots are equal`)
}

function measureLoad(): number {
  const { load } = treeWorkload()
  const tree = emptyTree()
  const rate = operationsPerCpuSecond(KEY_COUNT, () => checkRoot('load', writeBatches(tree, load)))
  tree.dispose()
  return rate
}

function measureUpdate(): number {
  const { load, update } = treeWorkload()
  const tree = emptyTree()
  writeBatches(tree, load)
  const rate = operationsPerCpuSecond(UPDATE_RUNS * BATCH_SIZE, () =>
    checkRoot('update', writeBatches(tree, update)),
  )
  tree.dispose()
  return rate
}

function contenders(phase: string, measure: () => number): readonly Contender[] {
  const go = goPeer(GO, 'mkvs-memory', phase)
  const turns = () => median(Array.from({ length: TURNS }, measure))
  return [go, { name: OURS, measure: turns }]
}

/** It is slow enough that a part of the load tells, and favours it: its tree stays smaller. */
const ETHEREUM_RUNS = 10

/** Another Merklized tree of this ecosystem: other hash, other shape, the same work. */
async function measureEthereumLoad(): Promise<number> {
  const { load } = treeWorkload()
  const trie = new MerklePatriciaTrie()
  const before = process.cpuUsage()
  for (const batch of load.slice(0, ETHEREUM_RUNS)) {
    for (const { key, value } of batch) await trie.put(key, value)
    assert(trie.root().length === 32, 'a batch ends with a root')
  }
  const { user, system } = process.cpuUsage(before)
  return (ETHEREUM_RUNS * BATCH_SIZE * 1e6) / (user + system)
}

const goals = [{ contender: OURS, atLeast: 2.5, times: GO }]

const PROOF_COUNT = 1_000

/** The goal is close: a second and more of the processor for each contender, in short turns. */
const PROOF_ROUNDS = 25

/** What both sides' proofs are compared by. */
function digestOf(proofs: readonly Proof[]): string {
  const digest = createHash('sha512-256')
  for (const entry of proofs.flatMap(({ entries }) => entries)) {
    const size = new DataView(new ArrayBuffer(4))
    size.setUint32(0, entry?.length ?? 0, true)
    digest.update(size).update(entry ?? EMPTY_BYTES)
  }
  return digest.digest('hex')
}

/**
 * Proofs of a thousand keys of the filled tree: each is checked, and the value read from it. The
 * reference makes all nodes as it verifies, and its program walks over them; it has no shorter way.
 * Ours makes none, as who asks for one value keeps nothing else; who wants the nodes as well has to
 * have them kept.
 */
async function createProofs(): Promise<readonly Contender[]> {
  const { keys, load } = treeWorkload()
  const tree = emptyTree()
  writeBatches(tree, load)
  const { hash } = tree.root
  const asked = Array.from(
    { length: PROOF_COUNT },
    (_, i) => new Uint8Array(keys[(i * KEY_COUNT) / PROOF_COUNT] as Uint8Array),
  )
  const proofs = asked.map((key) =>
    proveGet(tree, {
      tree: { root: tree.root, position: hash },
      key,
      includeSiblings: false,
      proofVersion: 0,
    }),
  )
  // As in the reference's program, what the proofs were made from is given up.
  tree.dispose()
  forgetTreeWorkload()
  const go = await goPartner(GO, 'mkvs-proofs', ({ root }) =>
    assert(root === digestOf(proofs), 'both check the same proofs'),
  )
  return [
    go,
    {
      name: OURS,
      operations: PROOF_COUNT,
      run() {
        proofs.forEach((proof, i) => {
          const answer = verifyGet(hash, proof, asked[i] as Uint8Array)
          assert(answer.kind === 'present', 'the proof tells the value')
        })
      },
    },
    {
      name: `${OURS}, nodes kept`,
      operations: PROOF_COUNT,
      run() {
        proofs.forEach((proof, i) => {
          const answer = getFromProof(verifyProof(hash, proof), asked[i] as Uint8Array)
          assert(answer.kind === 'present', 'the proof tells the value')
        })
      },
    },
  ]
}

const MILLION = fileURLToPath(new URL('../src/millionKeys.ts', import.meta.url))
const MEGABYTE = 1_000_000

/** What a process holds that has a million keys in a tree, and nothing else to do. */
function measureMillion(): number {
  const ran = spawnSync(process.execPath, [MILLION], { encoding: 'utf8' })
  assert(ran.status === 0, `the process with a million keys fails: ${ran.stderr}`)
  return Number(ran.stdout) / MEGABYTE
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'tree/load',
    yardstick: GO,
    goals,
    create: () => [
      ...contenders('load', measureLoad),
      { name: '@ethereumjs/mpt (the first 10,000)', measure: measureEthereumLoad },
    ],
  },
  { name: 'tree/update', yardstick: GO, goals, create: () => contenders('update', measureUpdate) },
  {
    name: 'tree/verify-proofs',
    yardstick: GO,
    goals: [{ contender: OURS, atLeast: 1.1, times: GO }],
    rounds: PROOF_ROUNDS,
    create: createProofs,
  },
  {
    name: 'tree/memory-of-a-million-keys',
    unit: 'MB of the process',
    yardstick: OURS,
    goals: [{ contender: OURS, atMost: 400 }],
    create: () => [{ name: OURS, measure: measureMillion }],
  },
]
