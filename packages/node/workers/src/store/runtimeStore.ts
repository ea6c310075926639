/**
 * The states of a runtime, and what its rounds were made of: for each round a tree of state, which
 * follows that of the round before, and a tree of inputs and outputs, which begins empty.
 */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import type { Proof } from '@wadi/mkvs/proof'
import { equalRoots, type Root, type WriteLog } from '@wadi/mkvs/roots'
import type { ReadableState } from '@wadi/mkvs/state'
import {
  type GetPrefixesRequest,
  type GetRequest,
  type IterateRequest,
  proveGet,
  proveIterate,
  provePrefixes,
  toRoot,
  type WireRoot,
} from '@wadi/mkvs/syncer'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { NodeDatabase, type NodeDurability } from '@wadi/node-storage/node-database'
import { OpenTrees } from '@wadi/node-storage/open-trees'
import type { Namespace } from '@wadi/primitives/namespace'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { errors } from '../errors.ts'
import { WORKPLACE_BYTES_KEPT } from '../limits.ts'
import type { StoreCall, StoreCounter } from './storeCounter.ts'

/** Where the trees are, and whose. */
export interface RuntimeStoreOptions {
  readonly files: FileSystem
  readonly path: string
  /** The chain context; a folder of another chain is refused. */
  readonly chain: string
  readonly runtimeId: Namespace
  readonly durability?: NodeDurability
  /** Nothing is counted without. */
  readonly counter?: StoreCounter
}

/** How a tree becomes the next one. */
export interface RootChange {
  /** The empty root of the same version for a tree of inputs and outputs. */
  readonly from: Root
  readonly to: Root
  readonly writeLog: WriteLog
}

/** See the top of this file. */
export class RuntimeStore {
  readonly database: NodeDatabase
  readonly #counter: StoreCounter | undefined
  readonly #opened = new OpenTrees<Root>((root, arena) => this.#open(root, arena), nameOf)
  /** What changes are made in, one after the other. */
  #workplace = new Arena()

  constructor(options: RuntimeStoreOptions) {
    const { files, path, chain, runtimeId, durability = 'sync', counter } = options
    this.#counter = counter
    this.database = NodeDatabase.open({ path, chain, namespace: runtimeId, durability, files })
  }

  /** The last round whose trees are here for good. */
  get lastRound(): bigint | undefined {
    return this.database.latestVersion
  }

  /** The first round whose trees are still here. */
  get earliestRound(): bigint | undefined {
    return this.database.earliestVersion
  }

  hasRoot(root: Root): boolean {
    return this.database.hasRoot(root)
  }

  /** Are both trees of a round here, for good or not? */
  hasRound(header: Header): boolean {
    return this.hasRoot(ioRootOf(header)) && this.hasRoot(stateRootOf(header))
  }

  /** Makes a tree out of another. What does not come out as it was said leaves nothing behind. */
  apply(change: RootChange): void {
    this.#counter?.size('apply', change.writeLog)
    this.#counted('apply', () => this.#apply(change))
  }

  /**
   * Makes the trees of a round those that stay. Rounds follow one another; between the last round
   * here and this one the state must not have changed.
   */
  finalize(header: Header): void {
    this.database.finalize([ioRootOf(header), stateRootOf(header)])
  }

  /** What changed from one root to the next: what peers who follow ask for. */
  writeLog(from: Root, to: Root): WriteLog {
    return this.#counted('get_diff', () => this.database.writeLog(from, to))
  }

  /** The state after a round; good until the next turn. */
  stateAfter(header: Header): ReadableState {
    return this.treeAt(stateRootOf(header))
  }

  /** The inputs and outputs of a round; good until the next turn. */
  ioOf(header: Header): ReadableState {
    return this.treeAt(ioRootOf(header))
  }

  /** A tree that is here; good until the next turn. */
  treeAt(root: Root): Tree {
    return this.#opened.at(root)
  }

  /** A tree of its own that is here, until it is disposed of. */
  openTree(root: Root): Tree {
    return this.#open(root, new Arena())
  }

  get(request: GetRequest): Proof {
    return this.#counted('sync_get', () => proveGet(this.#asked(request.tree.root), request))
  }

  getPrefixes(request: GetPrefixesRequest): Proof {
    return this.#counted('sync_get_prefixes', () =>
      provePrefixes(this.#asked(request.tree.root), request),
    )
  }

  iterate(request: IterateRequest): Proof {
    return this.#counted('sync_iterate', () =>
      proveIterate(this.#asked(request.tree.root), request),
    )
  }

  /** Forgets the trees of the earliest round. */
  prune(round: bigint): void {
    this.#opened.close()
    this.database.prune(round)
  }

  /** Returns when everything that was made survives a power cut. */
  sync(): void {
    this.database.sync()
  }

  close(): void {
    this.#opened.close()
    this.database.close()
  }

  #apply({ from, to, writeLog }: RootChange): void {
    if (this.hasRoot(to)) return
    const tree = this.#open(from, this.#emptyArena(), 'kept')
    try {
      change(tree, writeLog)
      const baseAddress = this.database.nextAddress
      const commit = tree.commit({ version: to.version, baseAddress })
      if (!equalRoots(commit.root, to)) throw errors.otherRoot(toHex(commit.root.hash))
      this.database.commit({ commit, previous: from, baseAddress })
    } finally {
      tree.dispose()
    }
  }

  /**
   * PERF: an arena begins with 2 MiB outside of the heap. With one for each change, eight runtimes
   * that had nothing to do had the engine collect all garbage every 1.5 s.
   */
  #emptyArena(): Arena {
    if (this.#workplace.heap.length > WORKPLACE_BYTES_KEPT) this.#workplace = new Arena()
    return this.#workplace
  }

  #counted<A>(call: StoreCall, work: () => A): A {
    return this.#counter === undefined ? work() : this.#counter.counted(call, work)
  }

  #asked(root: WireRoot): Tree {
    return this.treeAt(toRoot(root))
  }

  #open(root: Root, arena: Arena, writeLog: 'kept' | 'dropped' = 'dropped'): Tree {
    const rootAddress = this.database.rootAddress(root)
    return openTree(arena, { root, rootAddress, reader: this.database, writeLog })
  }
}

/** Changes that no tree can take lead to no root at all: whoever gave them is to blame. */
function change(tree: Tree, writeLog: WriteLog): void {
  try {
    for (const [key, value] of writeLog)
      if (value === undefined) tree.remove(key)
      else tree.insert(key, value)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.otherRoot(error.message)
  }
}

function nameOf({ type, version, hash }: Root): string {
  return `${type} ${version} ${toHex(hash)}`
}
