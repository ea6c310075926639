/** Hashes, records and addresses: everything that a commit does below a root, bottom up. */

import { type Expression, i32, i64, v128 } from '@wadi/base/wasm/expression'
import { call, type FunctionBuilder, type FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { CHILD_BYTES, RECORD_HEAD_BYTES, RECORD_INTERNAL } from '../nodeRecord.ts'
import { EMPTY_HASH } from '../roots.ts'
import {
  AT_ADDRESS,
  AT_CHILDREN,
  AT_FLAGS,
  AT_HASH,
  AT_KEY,
  AT_LABEL,
  AT_PREIMAGE,
  addressOf,
  CELL_BUMP,
  EMPTY_HASH_AT,
  FLAG_STALE,
  flagsOf,
  type KernelParts,
  KIND_LEAF,
  KIND_STUB,
  keySizeOf,
  kindOf,
  labelBitsOf,
  labelBytes,
  PREIMAGE,
  STACK,
  valueSizeAt,
} from './layout.ts'
import { writePostOrder } from './postOrder.ts'

type Value = Expression<'i32'>

/** Copies the 32 bytes of a hash. */
function copyHash(f: FunctionBuilder, target: Value, source: Value): void {
  f.storeV128(target, v128.load(source))
  f.storeV128(target, v128.load(source, 16), 16)
}

const isStale = (node: Value): Value => i32.and(flagsOf(node), FLAG_STALE)
const isUnstored = (node: Value): Value =>
  i32.and(i32.ne(kindOf(node), KIND_STUB), i64.eqz(addressOf(node)))

/** Adds what computes a node's hash from its children's. */
export function defineHashNode(
  m: ModuleBuilder,
  { sha512t256 }: Pick<KernelParts, 'sha512t256'>,
): KernelParts['hashNode'] {
  m.data(EMPTY_HASH_AT, EMPTY_HASH)
  return m.function({ params: ['i32'] }, (f, node) => {
    f.store8(node, i32.and(flagsOf(node), ~FLAG_STALE & 0xff), AT_FLAGS)
    const hash = i32.add(node, AT_HASH)
    f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
      const end = f.let(valueSizeAt(node))
      const size = i32.sub(i32.add(i32.add(end, 4), i32.load(end)), i32.add(node, AT_PREIMAGE))
      f.run(sha512t256, i32.add(node, AT_PREIMAGE), size, hash)
      f.return()
    })
    const bytes = f.let(labelBytes(labelBitsOf(node)))
    f.store8(PREIMAGE, 1)
    f.store16(PREIMAGE, labelBitsOf(node), 1)
    const target = f.let(i32.add(PREIMAGE + 3, bytes))
    f.if(
      i32.leU(bytes, 8),
      () => f.store64(PREIMAGE, i64.load(node, AT_LABEL), 3),
      () => f.copy(PREIMAGE + 3, i32.add(node, AT_LABEL), bytes),
    )
    for (const slot of [0, 4, 8]) {
      const child = f.let(i32.load(node, AT_CHILDREN + slot))
      copyHash(f, target, i32.select(child, i32.add(child, AT_HASH), EMPTY_HASH_AT))
      f.set(target, i32.add(target, 32))
    }
    f.run(sha512t256, PREIMAGE, i32.sub(target, PREIMAGE), hash)
  })
}

const hasChild = (node: Value, which: number): Value =>
  i32.ne(i32.load(node, AT_CHILDREN + 4 * which), 0)

/** (node, target) → end of the record written to `target`. */
function defineWriteRecord(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32']> {
  const signature = { params: ['i32', 'i32'], result: 'i32', name: 'writeRecord' } as const
  return m.function(signature, (f, node, target) => {
    f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
      const keySize = f.let(keySizeOf(node))
      const sizeAt = f.let(valueSizeAt(node))
      f.store8(target, 0)
      f.store16(target, keySize, 1)
      f.store32(target, i32.load(sizeAt), 3)
      f.set(target, i32.add(target, RECORD_HEAD_BYTES))
      f.copy(target, i32.add(node, AT_KEY), keySize)
      f.set(target, i32.add(target, keySize))
      f.copy(target, i32.add(sizeAt, 4), i32.load(sizeAt))
      f.return(i32.add(target, i32.load(sizeAt)))
    })
    const bits = f.let(labelBitsOf(node))
    const left = i32.shl(hasChild(node, 1), 1)
    const right = i32.shl(hasChild(node, 2), 2)
    f.store8(target, i32.or(i32.or(hasChild(node, 0), left), i32.or(right, RECORD_INTERNAL)))
    f.store16(target, bits, 1)
    f.copy(i32.add(target, 3), i32.add(node, AT_LABEL), labelBytes(bits))
    f.set(target, i32.add(i32.add(target, 3), labelBytes(bits)))
    for (const slot of [0, 4, 8]) {
      const child = f.let(i32.load(node, AT_CHILDREN + slot))
      f.if(child, () => {
        copyHash(f, target, i32.add(child, AT_HASH))
        f.store64(target, i64.load(child, AT_ADDRESS), 32)
        f.set(target, i32.add(target, CHILD_BYTES))
      })
    }
    f.return(target)
  })
}

/** (node) → the size of its record. */
function defineRecordBytes(m: ModuleBuilder): FunctionReference<readonly ['i32']> {
  return m.function({ params: ['i32'], result: 'i32', name: 'recordBytes' }, (f, node) => {
    f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
      const valueSize = i32.load(valueSizeAt(node))
      f.return(i32.add(i32.add(keySizeOf(node), valueSize), RECORD_HEAD_BYTES))
    })
    const children = i32.add(i32.add(hasChild(node, 0), hasChild(node, 1)), hasChild(node, 2))
    const label = labelBytes(labelBitsOf(node))
    f.return(i32.add(i32.add(label, 3), i32.mul(children, CHILD_BYTES)))
  })
}

/** (target, bytes) → 1 if memory reaches that far, growing it as needed. */
type Reach = FunctionReference<readonly ['i32', 'i32']>

function defineReach(m: ModuleBuilder, { ensureRoom }: KernelParts): Reach {
  return m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, target, bytes) => {
    f.return(call('i32', ensureRoom, i32.sub(i32.add(target, bytes), i32.load(CELL_BUMP))))
  })
}

/**
 * Adds `hashTree(root)`; `commitTree(root, address)`, which hashes, writes the records of all
 * unstored nodes behind the last block, gives each its address and tells where the records end;
 * and `forgetAddresses(root, least)`, which undoes a commit that ran out of memory (end 0).
 */
export function defineHashing(m: ModuleBuilder, parts: KernelParts): void {
  const { hashNode } = parts
  const writeRecord = defineWriteRecord(m)
  const recordBytes = defineRecordBytes(m)
  const reach = defineReach(m, parts)
  m.function({ params: ['i32'], name: 'hashTree' }, (f, root) => {
    f.if(i32.eqz(isStale(root)), () => f.return())
    const visit = (node: Value): void => f.run(hashNode, node)
    writePostOrder(f, STACK, { root, isWanted: isStale, visit })
  })
  const commitTree = { params: ['i32', 'i64'], result: 'i32', name: 'commitTree' } as const
  m.function(commitTree, (f, root, address) => {
    const target = f.let(i32.load(CELL_BUMP))
    f.if(i32.eqz(isUnstored(root)), () => f.return(target))
    writePostOrder(f, STACK, {
      root,
      isWanted: isUnstored,
      visit: (node) => {
        f.if(isStale(node), () => f.run(hashNode, node))
        // A child's address is written with two bytes of what follows.
        const room = i32.add(call('i32', recordBytes, node), 8)
        f.if(i32.eqz(call('i32', reach, target, room)), () => f.return(0))
        const end = f.let(call('i32', writeRecord, node, target))
        f.store64(node, i64.or(i64.load(node, AT_ADDRESS), address), AT_ADDRESS)
        f.set(address, i64.add(address, i64.extendU(i32.sub(end, target))))
        f.set(target, end)
      },
    })
    f.return(target)
  })
  m.function({ params: ['i32', 'i64'], name: 'forgetAddresses' }, (f, root, least) => {
    const isFresh = (node: Value) => i64.geU(i64.sub(addressOf(node), 1n), i64.sub(least, 1n))
    writePostOrder(f, STACK, {
      root,
      isWanted: (node) => i32.and(i32.ne(kindOf(node), KIND_STUB), isFresh(node)),
      visit: (node) => {
        const address = addressOf(node)
        f.store64(node, i64.xor(i64.load(node, AT_ADDRESS), address), AT_ADDRESS)
      },
    })
  })
}
