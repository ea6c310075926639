/** The tree over its node database on disk, under the two policies of when a commit is durable. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import { createPersistedTree, type PersistedTree } from '@wadi/node-storage/write-batches'
import { goPeer, readGoPhase } from '../src/goPeer.ts'
import type { Contender, Scenario } from '../src/scenario.ts'
import {
  BATCH_SIZE,
  KEY_COUNT,
  operationsPerCpuSecond,
  treeWorkload,
  UPDATE_RUNS,
} from '../src/treeWorkload.ts'

const GO = 'reference (Go, pathbadger)'
const OURS = 'wadi'

/** How durable a commit is: what the Go scenario and ours call it. */
const POLICIES = [
  { name: 'buffered', durability: 'buffered', go: 'mkvs-persisted' },
  { name: 'synced', durability: 'sync', go: 'mkvs-persisted-fsync' },
] as const

type Policy = (typeof POLICIES)[number]

/** Runs `work` on a tree in a new folder, which is gone afterwards. */
function withTree(policy: Policy, work: (tree: PersistedTree) => number): number {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-bench-'))
  const tree = createPersistedTree(folder, policy.durability)
  try {
    return work(tree)
  } finally {
    tree.close()
    rmSync(folder, { recursive: true })
  }
}

function checkRoot(policy: Policy, phase: string, root: string): void {
  const theirs = readGoPhase(policy.go, phase)
  assert(typeof theirs === 'string' || theirs.root === root, `${phase}: roots are equal`)
}

function measureLoad(policy: Policy): number {
  const { load } = treeWorkload()
  return withTree(policy, (tree) =>
    operationsPerCpuSecond(KEY_COUNT, () => checkRoot(policy, 'load', tree.writeBatches(load))),
  )
}

function measureUpdate(policy: Policy): number {
  const { load, update } = treeWorkload()
  return withTree(policy, (tree) => {
    tree.writeBatches(load)
    return operationsPerCpuSecond(UPDATE_RUNS * BATCH_SIZE, () =>
      checkRoot(policy, 'update', tree.writeBatches(update)),
    )
  })
}

function contenders(
  policy: Policy,
  phase: string,
  measure: (policy: Policy) => number,
): readonly Contender[] {
  return [goPeer(GO, policy.go, phase), { name: OURS, measure: () => measure(policy) }]
}

const goals = [{ contender: OURS, atLeast: 3, times: GO }]

export const scenarios: readonly Scenario[] = POLICIES.flatMap((policy) => [
  {
    name: `persisted-tree/load-${policy.name}`,
    yardstick: GO,
    goals,
    create: () => contenders(policy, 'load', measureLoad),
  },
  {
    name: `persisted-tree/update-${policy.name}`,
    yardstick: GO,
    goals,
    create: () => contenders(policy, 'update', measureUpdate),
  },
])
