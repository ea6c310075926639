/** The tree: a state with a root hash, whose nodes are in memory, stored, or known by hash only. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Arena } from './arena.ts'
import type { Commit, CommitOptions } from './commit.ts'
import { copyNodes } from './copyNodes.ts'
import { errors } from './errors.ts'
import {
  ABSENT,
  DONE_TOUCHED,
  FLAG_DEAD,
  FLAG_EXISTED,
  FLAG_MOVED,
  FLAG_TOUCHED,
  NEED_NODE,
  NODE_ROOM,
  STACK,
} from './kernel/layout.ts'
import { ADDRESS_MAX, COMMIT_ADDRESS_MAX } from './limits.ts'
import { mergeProof } from './mergeProof.ts'
import { missedKey, nodesOfLookup, nodesOfWalk } from './missedKey.ts'
import { MissingNodeError, NO_NODES, type NodeReader } from './nodeReader.ts'
import { type PackedLog, unpackLog } from './packedLog.ts'
import type { VerifiedProof } from './proofNode.ts'
import type { RootSlot } from './rootSlot.ts'
import { EMPTY_HASH, type Root, type RootType, type WriteLog } from './roots.ts'
import type { Cursor, State } from './state.ts'
import { TreeCursor } from './treeCursor.ts'
import { TreeNodes } from './treeNodes.ts'

/** How a tree begins. */
export interface TreeOptions {
  readonly namespace: Uint8Array
  readonly type: RootType
  /** Where commits go to be read again. Without it all nodes stay in memory. */
  readonly reader?: NodeReader
  /** Whether commits list what has changed; they do unless told otherwise. */
  readonly writeLog?: 'kept' | 'dropped'
}

/** How a stored or remote tree is opened. */
export interface OpenOptions {
  readonly root: Root
  /** Where the root node is stored; 0 if only hashes are known. */
  readonly rootAddress: number
  readonly reader: NodeReader
  readonly writeLog?: 'kept' | 'dropped'
}

/** An empty tree. */
export function createTree(arena: Arena, options: TreeOptions): Tree {
  const { namespace, type, reader = NO_NODES, writeLog = 'kept' } = options
  const root: Root = { namespace, type, version: 0n, hash: EMPTY_HASH }
  return new Tree(arena, { root, rootAddress: 0, reader, writeLog })
}

/** The tree with the given root, whose nodes are read when they are needed. */
export function openTree(arena: Arena, options: OpenOptions): Tree {
  return new Tree(arena, options)
}

/**
 * A tree of an arena. It is changed in place; whoever wants to try something puts an overlay over
 * it. When a node cannot be had, the call throws and has changed nothing: it may be made again.
 */
export class Tree implements State {
  readonly arena: Arena
  readonly #slot: RootSlot
  readonly #reader: NodeReader
  readonly #keepsLog: boolean
  /** Leaves that were written or removed since the last write log; see FLAG_TOUCHED. */
  #touched: number[] = []
  #removed: number[] = []
  #root: Root

  constructor(arena: Arena, { root, rootAddress, reader, writeLog }: OpenOptions) {
    assert(rootAddress >= 0 && rootAddress <= ADDRESS_MAX, 'mkvs: no such address')
    this.arena = arena
    this.#root = root
    this.#reader = reader
    this.#keepsLog = writeLog !== 'dropped'
    this.#slot = arena.createSlot()
    const isEmpty = root.hash.every((byte, i) => byte === EMPTY_HASH[i])
    arena.setWord(this.#slot.at, isEmpty ? 0 : arena.createStub(root.hash, rootAddress))
    arena.admit(this)
  }

  /** The root of the last commit. */
  get root(): Root {
    return this.#root
  }

  /** Where the root hangs, unless nothing could be read again. */
  get evictableSlot(): number | undefined {
    return this.#reader === NO_NODES ? undefined : this.#slot.at
  }

  /** A listed leaf is still stored if it was written with the value that it had. */
  visitPinned(): void {
    const { arena } = this
    for (const leaf of this.#touched) {
      const isDead = (arena.flagsOf(leaf) & FLAG_DEAD) !== 0
      if (!isDead && arena.addressOf(leaf) !== 0) arena.visit(this.#slot.at, arena.keyOf(leaf))
    }
  }

  relocate(forward: (address: number) => number): void {
    this.#slot.moveTo(forward(this.#slot.at))
    this.#touched = this.#touched.map(forward)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const leaf = this.arena.reclaiming(() => this.#find(key))
    return leaf === undefined ? undefined : this.arena.valueOf(leaf)
  }

  insert(key: Uint8Array, value: Uint8Array): void {
    this.arena.reclaiming(() => this.#write(key, value))
  }

  #write(key: Uint8Array, value: Uint8Array): void {
    const { arena } = this
    arena.setKey(key)
    arena.stackOwner = undefined
    for (;;) {
      const staged = arena.stageValue(value)
      const status = arena.kernel.insert(this.#slot.at, key.length, staged, value.length)
      if (status <= DONE_TOUCHED) {
        arena.drainRemoved(this.#removed)
        if (status === DONE_TOUCHED) this.#list(arena.changedLeaf)
        return
      }
      this.#recover(status, key, value.length)
    }
  }

  remove(key: Uint8Array): void {
    const leaf = this.#take(key)
    if (leaf !== undefined && !this.#keepsLog) this.arena.kernel.release(leaf)
  }

  removeExisting(key: Uint8Array): Uint8Array | undefined {
    const leaf = this.#take(key)
    if (leaf === undefined) return undefined
    const value = this.arena.valueOf(leaf)
    if (!this.#keepsLog) this.arena.kernel.release(leaf)
    return value
  }

  cursor(): Cursor {
    return this.#createCursor()
  }

  /**
   * Runs `look` on the nodes of the last commit, which stay in memory meanwhile; once more from the
   * beginning if memory must be reclaimed for it.
   */
  withNodes<T>(look: (nodes: TreeNodes) => T): T {
    if (!equalBytes(this.rootHash(), this.#root.hash)) throw errors.uncommitted()
    const { arena } = this
    return arena.reclaiming(() => {
      const nodes = new TreeNodes(arena, this.#slot.at, (key) => this.#load(() => key))
      return arena.holding(() => look(nodes))
    })
  }

  /**
   * Adds the nodes of a verified proof where the tree knows no more than their hashes. `key` is
   * what was looked for when the proof was asked for: a proof that begins below the root is found
   * on the way to it.
   */
  merge(proof: VerifiedProof, key: Uint8Array): void {
    this.arena.reclaiming(() => mergeProof(this.arena, this.#slot.at, proof, key))
  }

  /** Reads the nodes on the way to a key into memory. */
  prefetchKey(key: Uint8Array): void {
    this.arena.reclaiming(() => this.#find(key))
  }

  /** Reads the nodes of up to `limit` keys with these prefixes into memory. */
  prefetchPrefixes(prefixes: readonly Uint8Array[], limit: number): void {
    const cursor = this.#createCursor()
    let left = limit
    for (const prefix of prefixes) {
      for (cursor.seek(prefix); left > 0 && cursor.hasPrefix(prefix); cursor.next()) left--
    }
  }

  /** The hash of the tree as it stands. */
  rootHash(): Uint8Array {
    const { arena } = this
    const root = arena.word(this.#slot.at)
    if (root === 0) return EMPTY_HASH
    arena.stackOwner = undefined
    arena.kernel.hashTree(root)
    return arena.hashOf(root)
  }

  /** What has changed since the last write log; the next one begins here. */
  takeWriteLog(): WriteLog {
    assert(this.#slot.isOpen && this.#keepsLog, 'mkvs: this tree keeps no write log')
    const log = this.arena.reclaiming(() => this.#packChanges())
    this.#forgetChanges()
    return unpackLog(log)
  }

  /**
   * Ends a version: hashes everything that changed, writes the records of all unstored nodes and
   * gives them their addresses. The tree goes on from there.
   */
  commit(options: CommitOptions): Commit {
    return this.arena.reclaiming(() => this.#commit(options))
  }

  #commit({ version, baseAddress }: CommitOptions): Commit {
    const { arena } = this
    const isAddress = baseAddress >= 1 && baseAddress <= COMMIT_ADDRESS_MAX
    assert(isAddress, 'mkvs: no such address')
    const packed = this.#keepsLog ? this.#packChanges() : undefined
    let writeLog: WriteLog | undefined
    const node = arena.word(this.#slot.at)
    const target = arena.end
    const end = node === 0 ? target : this.#storeNodes(node, baseAddress)
    const hash = node === 0 ? EMPTY_HASH : arena.hashOf(node)
    this.#forgetChanges()
    const { namespace, type } = this.#root
    this.#root = { namespace, type, version, hash }
    const removed = this.#removed
    this.#removed = []
    return {
      root: this.#root,
      records: arena.heap.subarray(target, end),
      rootAddress: node === 0 ? 0 : arena.addressOf(node),
      removed,
      get writeLog() {
        writeLog ??= packed && unpackLog(packed)
        return writeLog
      },
    }
  }

  /** Another tree of the same commit, with all nodes of this one, in the same memory. */
  copy(): Tree {
    if (!equalBytes(this.rootHash(), this.#root.hash)) throw errors.uncommitted()
    assert(this.#touched.length === 0, 'mkvs: a tree with changes is not copied')
    const { arena } = this
    const writeLog = this.#keepsLog ? 'kept' : 'dropped'
    const copy = new Tree(arena, {
      root: this.#root,
      rootAddress: 0,
      reader: this.#reader,
      writeLog,
    })
    try {
      arena.reclaiming(() => copy.#takeNodesOf(this))
    } catch (error) {
      copy.dispose()
      throw error
    }
    return copy
  }

  #takeNodesOf(tree: Tree): void {
    const { arena } = this
    const root = arena.word(tree.#slot.at)
    if (root === 0) return
    const copy = copyNodes(arena, root)
    arena.kernel.release(arena.word(this.#slot.at))
    arena.setWord(this.#slot.at, copy)
    arena.stackOwner = undefined
  }

  /** Gives the tree's memory back. */
  dispose(): void {
    const { arena } = this
    const root = arena.word(this.#slot.at)
    arena.dismiss(this)
    arena.stackOwner = undefined
    this.#forgetChanges()
    if (root !== 0) arena.kernel.releaseTree(root, STACK)
    arena.releaseSlot(this.#slot)
  }

  /** Writes records behind the last block; the result is where they end. */
  #storeNodes(root: number, baseAddress: number): number {
    const { arena } = this
    const address = BigInt(baseAddress)
    arena.stackOwner = undefined
    const end = arena.kernel.commitTree(root, address) >>> 0
    if (end !== 0) return end
    arena.kernel.forgetAddresses(root, address)
    throw arena.full()
  }

  #find(key: Uint8Array): number | undefined {
    const { arena } = this
    arena.setKey(key)
    for (;;) {
      const leaf = arena.kernel.get(this.#slot.at, key.length) >>> 0
      if (leaf > ABSENT) return leaf
      if (leaf === ABSENT) return undefined
      this.#recover(leaf, key, 0)
    }
  }

  /** Takes the pair out of the tree; the leaf is still there to be looked at. */
  #take(key: Uint8Array): number | undefined {
    return this.arena.reclaiming(() => this.#detach(key))
  }

  #detach(key: Uint8Array): number | undefined {
    const { arena } = this
    arena.setKey(key)
    arena.stackOwner = undefined
    for (;;) {
      const status = arena.kernel.remove(this.#slot.at, key.length)
      if (status === ABSENT) return undefined
      if (status <= DONE_TOUCHED) {
        arena.drainRemoved(this.#removed)
        const leaf = arena.changedLeaf
        if (status === DONE_TOUCHED && this.#keepsLog) this.#touched.push(leaf)
        return leaf
      }
      this.#recover(status, key, 0)
    }
  }

  /** Keeps a leaf that was written for the write log. */
  #list(leaf: number): void {
    if (this.#keepsLog) this.#touched.push(leaf)
    else this.arena.clearFlags(leaf, FLAG_TOUCHED | FLAG_EXISTED)
  }

  #createCursor(): TreeCursor {
    const { arena } = this
    return new TreeCursor(arena, this.#slot, (key) =>
      this.#load(() => missedKey(arena, nodesOfWalk(arena), key)),
    )
  }

  #recover(status: number, key: Uint8Array, bytes: number): void {
    const { arena } = this
    if (status === NEED_NODE)
      this.#load(() => missedKey(arena, nodesOfLookup(arena, this.#slot.at, key), key))
    else arena.ensureRoom(NODE_ROOM + 2 * bytes)
  }

  /** Reads the node that the last call has missed; `askFor` tells the key to ask others for. */
  #load(askFor: () => Uint8Array): void {
    const { arena } = this
    const slot = arena.neededSlot
    const stub = arena.word(slot)
    const address = arena.addressOf(stub)
    if (address === 0) throw new MissingNodeError(this.#root, arena.hashOf(stub), askFor())
    arena.install(slot, this.#reader.read(address))
  }

  #packChanges(): PackedLog {
    const { arena } = this
    const written: number[] = []
    const gone: number[] = []
    for (const leaf of this.#touched) {
      const flags = arena.flagsOf(leaf)
      if ((flags & FLAG_MOVED) !== 0) continue
      if ((flags & FLAG_DEAD) === 0) written.push(leaf)
      else if ((flags & FLAG_EXISTED) !== 0) gone.push(leaf)
    }
    if (gone.length === 0) return { written: arena.copyRecords(written), removed: [] }
    // A key that was removed and came back has a leaf of its own in the list.
    const isFresh = (leaf: number): boolean => (arena.flagsOf(leaf) & FLAG_EXISTED) === 0
    const fresh = new Set(written.filter(isFresh).map((leaf) => toHex(arena.keyOf(leaf))))
    const removed = gone.map((leaf) => arena.keyOf(leaf)).filter((key) => !fresh.has(toHex(key)))
    return { written: arena.copyRecords(written), removed }
  }

  #forgetChanges(): void {
    const { arena } = this
    for (const leaf of this.#touched) {
      if ((arena.flagsOf(leaf) & FLAG_DEAD) !== 0) arena.kernel.release(leaf)
      else arena.clearFlags(leaf, FLAG_TOUCHED | FLAG_EXISTED)
    }
    this.#touched = []
  }
}
