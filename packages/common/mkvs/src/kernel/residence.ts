/** Nodes come into memory and leave it: stubs, records, whole subtrees; and what is spoilt. */

import { type Expression, i32, i64, v128 } from '@wadi/base/wasm/expression'
import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
} from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { CHILD_BYTES, RECORD_HEAD_BYTES } from '../nodeRecord.ts'
import { push } from './descent.ts'
import { writeHeader } from './header.ts'
import {
  AT_ADDRESS,
  AT_CHILDREN,
  AT_FLAGS,
  AT_GENERATION,
  AT_HASH,
  AT_KEY,
  AT_KEY_SIZE,
  AT_LABEL,
  AT_LABEL_BITS,
  AT_PREIMAGE,
  addressOf,
  CELL_GENERATION,
  CELL_REMOVED_COUNT,
  FLAG_STALE,
  flagsOf,
  type KernelParts,
  KIND_INTERNAL,
  KIND_LEAF,
  KIND_STUB,
  kindOf,
  labelBytes,
  REMOVED_LIST,
  STACK,
  STACK_ENTRY,
  STUB_BYTES,
  valueSizeAt,
} from './layout.ts'
import { writePostOrder } from './postOrder.ts'

type Value = Expression<'i32'>
type Allocator = Pick<KernelParts, 'allocate' | 'release'>
type Residence = Pick<
  KernelParts,
  'allocate' | 'release' | 'ensureRoom' | 'releaseTree' | 'equal' | 'hashNode'
>
/** A slab of stubs, and what begins it at a cache line. */
const STUB_ROOM = 4096

type CreateStub = FunctionReference<readonly ['i32', 'i32']>

/** Adds what forgets stored forms and hashes of changed nodes. */
export function defineSpoiling(m: ModuleBuilder): Pick<KernelParts, 'unstore' | 'spoilPath'> {
  const unstore = m.function({ params: ['i32'] }, (f, node) => {
    const address = f.let(addressOf(node))
    f.if(i64.eqz(address), () => f.return())
    const count = f.let(i32.load(CELL_REMOVED_COUNT))
    f.store64(i32.add(REMOVED_LIST, i32.shl(count, 3)), address)
    f.store32(CELL_REMOVED_COUNT, i32.add(count, 1))
    f.store64(node, i64.xor(i64.load(node, AT_ADDRESS), address), AT_ADDRESS)
  })
  const spoilPath = m.function({ params: ['i32'] }, (f, top) => {
    f.while(i32.gtU(top, STACK), () => {
      f.set(top, i32.sub(top, STACK_ENTRY))
      const node = f.let(i32.load(top))
      const flags = f.let(flagsOf(node))
      f.if(i32.and(flags, FLAG_STALE), () => f.return())
      f.store8(node, i32.or(flags, FLAG_STALE), AT_FLAGS)
      f.run(unstore, node)
    })
  })
  return { unstore, spoilPath }
}

/** Adds `releaseTree(node, stack base)`. */
export function defineReleaseTree(
  m: ModuleBuilder,
  { release }: Allocator,
): KernelParts['releaseTree'] {
  const signature = { params: ['i32', 'i32'], name: 'releaseTree' } as const
  return m.function(signature, (f, root, base) => {
    writePostOrder(f, base, {
      root,
      isWanted: () => i32.const(1),
      visit: (node) => f.run(release, node),
    })
  })
}

/** Adds `createStub(hash, address)`: pointers to both. */
function defineCreateStub(m: ModuleBuilder, { allocate }: Allocator): CreateStub {
  const signature = { params: ['i32', 'i32'], result: 'i32', name: 'createStub' } as const
  return m.function(signature, (f, hash, address) => {
    const stub = f.let(call('i32', allocate, STUB_BYTES))
    writeHeader(f, stub, KIND_STUB, 0)
    f.store64(stub, i64.load(address), AT_ADDRESS)
    f.storeV128(stub, v128.load(hash), AT_HASH)
    f.storeV128(stub, v128.load(hash, 16), AT_HASH + 16)
    f.return(stub)
  })
}

/** A leaf from its record. */
function writeLeaf(
  f: FunctionBuilder,
  { allocate }: Allocator,
  record: Value,
  node: Local<'i32'>,
): void {
  const keySize = f.let(i32.load16u(record, 1))
  const valueSize = f.let(i32.load(record, 3))
  f.set(node, call('i32', allocate, i32.add(i32.add(keySize, valueSize), AT_KEY + 4)))
  writeHeader(f, node, KIND_LEAF, 0)
  f.store8(node, 0, AT_PREIMAGE)
  f.store32(node, keySize, AT_KEY_SIZE)
  f.copy(i32.add(node, AT_KEY), i32.add(record, RECORD_HEAD_BYTES), keySize)
  const sizeAt = f.let(valueSizeAt(node))
  f.store32(sizeAt, valueSize)
  const value = i32.add(i32.add(record, RECORD_HEAD_BYTES), keySize)
  f.copy(i32.add(sizeAt, 4), value, valueSize)
}

/**
 * Adds `install(slot, record)`: puts the node in place of the stub that hangs in the slot, and
 * answers 1; or 0, and nothing is changed, if it has not the stub's hash. The record is well-formed
 * and there is room for it.
 */
function defineInstall(m: ModuleBuilder, parts: Residence, createStub: CreateStub): void {
  const { allocate, release, releaseTree, equal, hashNode } = parts
  const signature = { params: ['i32', 'i32'], result: 'i32', name: 'install' } as const
  m.function(signature, (f, slot, record) => {
    const stub = f.let(i32.load(slot))
    const node = f.local('i32')
    const labelBits = f.local('i32')
    const presence = f.let(i32.load8u(record))
    f.if(
      i32.eqz(presence),
      () => writeLeaf(f, parts, record, node),
      () => {
        f.set(labelBits, i32.load16u(record, 1))
        const bytes = f.let(labelBytes(labelBits))
        f.set(node, call('i32', allocate, i32.add(bytes, AT_LABEL)))
        writeHeader(f, node, KIND_INTERNAL, 0)
        f.copy(i32.add(node, AT_LABEL), i32.add(record, 3), bytes)
        const child = f.let(i32.add(i32.add(record, 3), bytes))
        for (const which of [0, 1, 2]) {
          const slotOffset = AT_CHILDREN + 4 * which
          f.store32(node, 0, slotOffset)
          f.if(i32.and(presence, 1 << which), () => {
            f.store32(node, call('i32', createStub, child, i32.add(child, 32)), slotOffset)
            f.set(child, i32.add(child, CHILD_BYTES))
          })
        }
      },
    )
    f.store64(node, i64.load(stub, AT_ADDRESS), AT_ADDRESS)
    f.store16(node, labelBits, AT_LABEL_BITS)
    f.run(hashNode, node)
    f.if(i32.eqz(call('i32', equal, i32.add(node, AT_HASH), i32.add(stub, AT_HASH), 32)), () => {
      f.run(releaseTree, node, STACK)
      f.return(0)
    })
    f.store32(slot, node)
    f.run(release, stub)
    f.return(1)
  })
}

/**
 * Adds `evict(slot)`: stubs take the place of stored nodes of a tree that have not been visited in
 * this generation. A visit marks the whole path, so nothing below such a node was visited either.
 * Where there is no room for a stub, the node becomes one in its own block.
 */
function defineEvict(
  m: ModuleBuilder,
  { ensureRoom, releaseTree }: Pick<KernelParts, 'ensureRoom' | 'releaseTree'>,
  createStub: CreateStub,
): void {
  const replace = m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, slot, top) => {
    const node = f.let(i32.load(slot))
    f.if(i32.eqz(node), () => f.return(0))
    const kind = f.let(kindOf(node))
    f.if(i32.eq(kind, KIND_STUB), () => f.return(0))
    const isRecent = i32.eq(i32.load8u(node, AT_GENERATION), i32.load(CELL_GENERATION))
    f.if(i32.or(isRecent, i64.eqz(addressOf(node))), () => {
      f.return(i32.select(i32.eq(kind, KIND_INTERNAL), node, 0))
    })
    f.if(call('i32', ensureRoom, STUB_ROOM), () => {
      const stub = call('i32', createStub, i32.add(node, AT_HASH), i32.add(node, AT_ADDRESS))
      f.store32(slot, stub)
      f.run(releaseTree, node, top)
      f.return(0)
    })
    f.if(i32.eq(kind, KIND_INTERNAL), () => {
      for (const offset of [0, 4, 8]) {
        const child = f.let(i32.load(node, AT_CHILDREN + offset))
        f.if(child, () => f.run(releaseTree, child, top))
      }
    })
    // The kind, and no flags.
    f.store16(node, KIND_STUB)
    f.return(0)
  })
  m.function({ params: ['i32'], name: 'evict' }, (f, slot) => {
    const top = f.let(i32.const(STACK))
    const kept = f.let(call('i32', replace, slot, top))
    f.if(i32.eqz(kept), () => f.return())
    push(f, top, kept, 0)
    f.while(i32.gtU(top, STACK), () => {
      f.set(top, i32.sub(top, STACK_ENTRY))
      const node = f.let(i32.load(top))
      for (const offset of [0, 4, 8]) {
        f.set(kept, call('i32', replace, i32.add(node, AT_CHILDREN + offset), top))
        f.if(kept, () => push(f, top, kept, 0))
      }
    })
  })
}

/** Adds what brings nodes into memory and takes them out again. */
export function defineResidence(m: ModuleBuilder, parts: Residence): void {
  const createStub = defineCreateStub(m, parts)
  defineInstall(m, parts, createStub)
  defineEvict(m, parts, createStub)
}
