/** The node database against a naive model: whole contents per root, in maps. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import {
  EMPTY_HASH,
  equalRoots,
  ROOT_TYPE_IO,
  ROOT_TYPE_STATE,
  type Root,
  type RootType,
} from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import fc from 'fast-check'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { AddressSet } from './addressSet.ts'
import { NodeDatabase } from './nodeDatabase.ts'
import { walkRecords } from './reachability.ts'
import { recover } from './recovery.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()
const sizes = { segmentSize: 4096, cachePagesMax: 8, indexInterval: 16_384 }

type Content = ReadonlyMap<string, string>
interface Candidate {
  readonly root: Root
  readonly content: Content
  readonly previous: Root
  readonly changes: Content
}

/** A small deterministic stream of numbers, from the seed of a run. */
function createPick(seed: number): (bound: number) => number {
  let state = seed | 1
  return (bound) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x9e37_79b9
    state ^= state >>> 13
    return (state >>> 0) % bound
  }
}

class Run {
  readonly files = new MemoryFiles()
  readonly pick: (bound: number) => number
  readonly finalized = new Map<bigint, Candidate[]>()
  pending: Candidate[] = []
  database: NodeDatabase
  /** Once a root was committed twice, some of its nodes may outlive it. */
  hadCopies = false
  /** Trees that were committed and may go on from where they are. */
  tree: { readonly tree: Tree; readonly candidate: Candidate } | undefined

  constructor(seed: number) {
    this.pick = createPick(seed)
    this.database = this.open()
  }

  open(): NodeDatabase {
    return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files: this.files, sizes })
  }

  get latest(): bigint | undefined {
    return this.database.latestVersion
  }

  emptyRoot(version: bigint, type: RootType): Root {
    return { namespace, version, type, hash: EMPTY_HASH }
  }

  openTree(root: Root): Tree {
    const rootAddress = this.database.rootAddress(root)
    return openTree(arena, { root, rootAddress, reader: this.database })
  }

  commit(): void {
    const type = this.pick(4) === 0 ? ROOT_TYPE_IO : ROOT_TYPE_STATE
    const version = (this.latest ?? 6n) + 1n
    const parents = (this.finalized.get(version - 1n) ?? []).filter(
      ({ root }) => root.type === type,
    )
    const choice = parents[this.pick(Math.max(1, parents.length))]
    const parent = type === ROOT_TYPE_IO || this.pick(12) === 0 ? undefined : choice
    const previous = parent?.root ?? this.emptyRoot(version, type)
    const canGoOn = this.tree !== undefined && parent === this.tree.candidate && this.pick(2) === 0
    const tree = canGoOn ? this.tree!.tree : this.openTree(previous)
    if (canGoOn) this.tree = undefined
    const { content, changes } = this.change(tree, parent?.content ?? new Map())
    this.store(tree, version, { previous, content, changes })
  }

  /** The same changes on the same root again: a copy, and trees go on from either. */
  commitCopy(): void {
    const original = this.pending[this.pick(Math.max(1, this.pending.length))]
    if (original === undefined) return
    const tree = this.openTree(original.previous)
    for (const [key, value] of original.changes) {
      if (value === '-') tree.remove(parseHex(key))
      else tree.insert(parseHex(key), parseHex(value))
    }
    if (this.pick(2) === 0) this.dropTree()
    const { previous, content, changes } = original
    this.store(tree, original.root.version, { previous, content, changes })
  }

  /** A tree on a candidate that is not final yet. */
  commitOnPending(): void {
    const parents = this.pending.filter(({ root }) => root.type === ROOT_TYPE_STATE)
    const parent = parents[this.pick(Math.max(1, parents.length))]
    if (parent === undefined) return
    const tree = this.openTree(parent.root)
    const { content, changes } = this.change(tree, parent.content)
    this.store(tree, parent.root.version + 1n, { previous: parent.root, content, changes })
  }

  store(tree: Tree, version: bigint, made: Omit<Candidate, 'root'>): void {
    const baseAddress = this.database.nextAddress
    const commit = tree.commit({ version, baseAddress })
    const before = this.pending
    const candidate = { ...made, root: commit.root }
    this.hadCopies ||= before.some(({ root }) => equalRoots(root, candidate.root))
    this.pending = [...before, candidate]
    try {
      this.database.commit({ commit, previous: made.previous, baseAddress })
    } catch (error) {
      if (error instanceof UnavailableError) this.pending = before
      throw error
    }
    if (this.tree === undefined) this.tree = { tree, candidate }
    else tree.dispose()
  }

  change(tree: Tree, before: Content): { content: Content; changes: Content } {
    const content = new Map(before)
    const changes = new Map<string, string>()
    for (let left = this.pick(12); left > 0; left--) {
      const key = toHex(Uint8Array.of(this.pick(6), this.pick(8)).subarray(0, 1 + this.pick(2)))
      if (this.pick(3) === 0) {
        tree.remove(parseHex(key))
        if (before.has(key)) changes.set(key, '-')
        else changes.delete(key)
        content.delete(key)
      } else {
        const value = toHex(new Uint8Array(this.pick(60)).fill(this.pick(3)))
        tree.insert(parseHex(key), parseHex(value))
        changes.set(key, value)
        content.set(key, value)
      }
    }
    return { content, changes }
  }

  finalize(): void {
    const version = (this.latest ?? 6n) + 1n
    const chosen: Candidate[] = []
    for (const type of [ROOT_TYPE_STATE, ROOT_TYPE_IO] as const) {
      const candidates = this.pending.filter(
        ({ root }) => root.type === type && root.version === version,
      )
      const candidate = candidates[this.pick(Math.max(1, candidates.length))]
      if (candidate !== undefined && this.pick(8) > 0) chosen.push(candidate)
    }
    if (chosen.length === 0) return
    this.database.finalize(chosen.map(({ root }) => root))
    const isChosen = (root: Root): boolean => chosen.some((c) => equalRoots(c.root, root))
    const isLost = (candidate: Candidate): boolean =>
      candidate.root.version === version + 1n &&
      candidate.previous.version === version &&
      !isEmpty(candidate.previous) &&
      !isChosen(candidate.previous)
    // Copies of a chosen root are all there; what was derived from one that was not, is not.
    const copies = this.pending.filter(({ root }) => root.version === version && isChosen(root))
    this.finalized.set(version, copies)
    let rest = this.pending.filter((c) => c.root.version > version && !isLost(c))
    for (let size = -1; size !== rest.length; ) {
      size = rest.length
      rest = rest.filter(
        (c) =>
          c.previous.version <= version ||
          isEmpty(c.previous) ||
          rest.some((p) => equalRoots(p.root, c.previous)),
      )
    }
    this.pending = rest
    if (this.tree !== undefined && !copies.includes(this.tree.candidate)) this.dropTree()
  }

  prune(): void {
    const { earliestVersion, latestVersion } = this.database
    if (earliestVersion === undefined || earliestVersion === latestVersion) return
    this.database.prune(earliestVersion)
    this.finalized.delete(earliestVersion)
  }

  dropTree(): void {
    this.tree?.tree.dispose()
    this.tree = undefined
  }

  reopen(): void {
    this.dropTree()
    this.database.close()
    this.checkAccounts()
    this.database = this.open()
  }

  /** The process dies; with the power or without. */
  crash(): void {
    this.dropTree()
    if (this.pick(2) === 0) this.files.kill()
    else this.files.cutPower(this.pick)
    this.database = this.open()
  }

  step(): void {
    const command = this.pick(25)
    if (command < 9) this.commit()
    else if (command < 10) this.commitOnPending()
    else if (command < 15) this.finalize()
    else if (command < 18) this.prune()
    else if (command < 21) this.database.compact()
    else if (command < 22) this.reopen()
    else if (command < 23) this.crash()
    else if (command < 24) this.commitCopy()
    else this.checkOne()
  }

  checkOne(): void {
    const all = [...this.pending, ...Array.from(this.finalized.values()).flat()]
    const candidate = all[this.pick(Math.max(1, all.length))]
    if (candidate !== undefined) this.check(candidate)
  }

  checkAll(): void {
    for (const [version, candidates] of this.finalized) {
      const roots = this.database.roots(version).map(({ type, hash }) => `${type}${toHex(hash)}`)
      const expected = candidates.filter(({ root }) => !isEmpty(root))
      const names = expected.map(({ root: { type, hash } }) => `${type}${toHex(hash)}`)
      assert.deepEqual(roots.sort(), Array.from(new Set(names)).sort())
      for (const candidate of candidates) this.check(candidate)
    }
    for (const candidate of this.pending) this.check(candidate)
  }

  check({ root, content, previous, changes }: Candidate): void {
    assert.ok(this.database.hasRoot(root))
    const tree = this.openTree(root)
    const found = Array.from(
      pairsWithPrefix(tree, new Uint8Array(0)),
      ([k, v]) => `${toHex(k)} ${toHex(v)}`,
    )
    tree.dispose()
    const expected = Array.from(content, ([k, v]) => `${k} ${v}`)
    assert.deepEqual(found, expected.sort())
    const again = createTree(arena, { namespace, type: root.type })
    for (const [key, value] of content) again.insert(parseHex(key), parseHex(value))
    assert.equal(toHex(again.rootHash()), toHex(root.hash))
    again.dispose()
    const copies = this.pending
      .concat(...this.finalized.values())
      .filter((c) => equalRoots(c.root, root))
    if (copies.length > 1) return
    const log = this.database.writeLog(previous, root)
    const logged = log.map(([k, v]) => `${toHex(k)}=${v === undefined ? '-' : toHex(v)}`)
    assert.deepEqual(logged.sort(), Array.from(changes, ([k, v]) => `${k}=${v}`).sort())
  }

  /** What is counted as live is what hangs under some root, to the byte. */
  checkAccounts(): void {
    const { log, catalog } = recover(this.files, 'db', sizes)
    const seen = new AddressSet()
    let needed = 0
    const batches = [...catalog.pending]
    for (const [version, address] of catalog.versions) {
      batches.push(...catalog.batchesOf(version))
      needed += new DataView(log.readExtent({ address, size: 4 }).buffer).getUint32(0, true)
    }
    for (const { rootAddress, place } of batches) {
      needed += place.noteSize
      for (const { size } of walkRecords(log, rootAddress, seen)) needed += size
    }
    const counted = log.segments.reduce((sum, { liveSize }) => sum + liveSize, 0)
    log.close()
    if (this.hadCopies)
      assert.ok(counted >= needed, `${counted} bytes are live, ${needed} are needed`)
    else assert.equal(counted, needed)
  }
}

function isEmpty(root: Root): boolean {
  return toHex(root.hash) === toHex(EMPTY_HASH)
}

describe('the node database against a naive model', () => {
  it('agrees through any commits, finalizations, prunes, compactions, reopenings and crashes', () => {
    const property = fc.property(fc.integer({ min: 1 }), (seed) => {
      const run = new Run(seed)
      for (let i = 0; i < 120; i++) run.step()
      run.checkAll()
      run.reopen()
      run.checkAll()
      while (run.database.compact()) run.checkOne()
      run.checkAll()
      run.reopen()
      run.dropTree()
      run.database.close()
    })
    fc.assert(property, { numRuns: 15 })
  })

  it('loses nothing that was acknowledged when any single operation of the disk fails', () => {
    const property = fc.property(fc.integer({ min: 1 }), fc.nat(60), (seed, failAfter) => {
      const run = new Run(seed)
      for (let i = 0; i < 40; i++) run.step()
      if (seed % 2 === 0) run.files.failAfter(failAfter)
      else run.files.limitRoom(failAfter * 100)
      let hasFailed = false
      for (let i = 0; i < 60 && !hasFailed; i++) {
        try {
          run.step()
        } catch (error) {
          if (!(error instanceof UnavailableError)) throw error
          hasFailed = true
        }
      }
      // Reads may have failed too: what counts is what the next process finds.
      run.dropTree()
      if (run.pick(2) === 0) run.files.kill()
      else run.files.cutPower(run.pick)
      run.database = run.open()
      const { latest } = run
      for (const version of run.finalized.keys())
        if (!run.finalized.has(latest ?? 0n) || run.database.earliestVersion! <= version)
          for (const candidate of run.finalized.get(version)!) run.check(candidate)
      run.database.close()
      run.checkAccounts()
    })
    fc.assert(property, { numRuns: 15 })
  })
})
