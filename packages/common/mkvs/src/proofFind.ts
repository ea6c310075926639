/** Looking a key up in the block of a checked proof. */

import { type Expression, type I32, i32 } from '@wadi/base/wasm/expression'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { ENTRY_HASH, NODE_LEAF } from './proof.ts'
import {
  ABSENT,
  AT_LEAF,
  AT_LEFT,
  BLOCK,
  CHILD_EMBEDDED,
  LABEL_AT,
  NO_NODE,
  SIZE_BYTES,
  SOUGHT_KEY,
  UNKNOWN,
} from './proofLayout.ts'

/** Adds `find`, as `ProofKernel` has it. The block has been checked, so it is well-formed. */
export function addProofFind(m: ModuleBuilder): void {
  const params = ['i32', 'i32'] as const
  m.function({ name: 'find', params, result: 'i32' }, (f, node, keySize) => {
    const keyBits = f.let(i32.shl(keySize, 3))
    const depth = f.local('i32')
    const entry = f.local('i32')
    const leaf = f.local('i32')
    f.block((isLeaf) => {
      f.loop((next) => {
        f.if(i32.eq(node, NO_NODE), () => f.return(ABSENT))
        f.set(entry, i32.add(node, BLOCK))
        f.if(i32.eq(i32.load8u(entry), ENTRY_HASH), () => f.return(UNKNOWN))
        f.set(leaf, i32.add(entry, 1))
        f.breakIf(isLeaf, i32.eq(i32.load8u(leaf), NODE_LEAF))
        f.set(depth, i32.add(depth, i32.load16u(entry, 2)))
        f.if(i32.gtU(depth, keyBits), () => f.return(ABSENT))
        const end = i32.add(entry, i32.load(i32.sub(entry, SIZE_BYTES)))
        const extra = f.let(i32.and(i32.add(end, 3), -4))
        f.if(
          i32.eq(depth, keyBits),
          () => f.set(node, i32.load(extra, AT_LEAF)),
          () => {
            const bit = i32.and(i32.shrU(i32.load8u(keyByte(depth)), notBits(depth)), 1)
            f.set(node, i32.load(i32.add(extra, i32.shl(bit, 2)), AT_LEFT))
          },
        )
        f.breakIf(next, i32.ne(node, CHILD_EMBEDDED))
        const labelSize = i32.shrU(i32.add(i32.load16u(entry, 2), 7), 3)
        f.set(leaf, i32.add(i32.add(entry, LABEL_AT), labelSize))
      })
    })
    f.if(i32.ne(i32.load16u(leaf, 1), keySize), () => f.return(ABSENT))
    const at = f.local('i32')
    f.while(i32.ltU(at, keySize), () => {
      const own = i32.load8u(i32.add(leaf, at), 3)
      f.if(i32.ne(own, i32.load8u(at, SOUGHT_KEY)), () => f.return(ABSENT))
      f.set(at, i32.add(at, 1))
    })
    f.return(leaf)
  })
}

const keyByte = (bit: I32): Expression<'i32'> => i32.add(i32.shrU(bit, 3), SOUGHT_KEY)
/** How far the bit lies above the lowest of its byte. */
const notBits = (bit: I32): Expression<'i32'> => i32.and(i32.xor(bit, 7), 7)
