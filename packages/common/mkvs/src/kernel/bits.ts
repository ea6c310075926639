/** Bits of keys and labels: comparing at different alignments, cutting out, joining. */

import { type Expression, type I32, i32, i64 } from '@wadi/base/wasm/expression'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import type { KernelParts } from './layout.ts'

/** The eight bits from bit `bit` on; reads one byte beyond them. */
function window(base: I32, bit: Expression<'i32'>): Expression<'i32'> {
  const at = i32.add(base, i32.shrU(bit, 3))
  const pair = i32.or(i32.shl(i32.load8u(at), 8), i32.load8u(at, 1))
  return i32.and(i32.shrU(pair, i32.sub(8, i32.and(bit, 7))), 0xff)
}

/** Adds the functions on bit strings. */
export function defineBits(
  m: ModuleBuilder,
): Pick<KernelParts, 'commonBits' | 'copyBits' | 'equal'> {
  const commonBits = m.function(
    { params: ['i32', 'i32', 'i32', 'i32', 'i32'], result: 'i32' },
    (f, label, labelBits, key, keyBit, keyBits) => {
      const left = f.let(i32.sub(keyBits, keyBit))
      const limit = f.let(i32.select(i32.ltU(labelBits, left), labelBits, left))
      const done = f.local('i32')
      f.while(i32.ltU(done, limit), () => {
        const ours = i32.load8u(i32.add(label, i32.shrU(done, 3)))
        const difference = f.let(i32.xor(ours, window(key, i32.add(keyBit, done))))
        f.if(difference, () => {
          const same = f.let(i32.add(done, i32.sub(i32.clz(difference), 24)))
          f.return(i32.select(i32.ltU(same, limit), same, limit))
        })
        f.set(done, i32.add(done, 8))
      })
      f.return(limit)
    },
  )
  const copyBits = m.function(
    { params: ['i32', 'i32', 'i32', 'i32'] },
    (f, target, source, sourceBit, bits) => {
      const done = f.local('i32')
      f.while(i32.ltU(done, bits), () => {
        const byte = f.let(window(source, i32.add(sourceBit, done)))
        const left = f.let(i32.sub(bits, done))
        f.if(i32.ltU(left, 8), () => f.set(byte, i32.and(byte, i32.shrS(-0x100, left))))
        f.store8(i32.add(target, i32.shrU(done, 3)), byte)
        f.set(done, i32.add(done, 8))
      })
    },
  )
  const equal = m.function({ params: ['i32', 'i32', 'i32'], result: 'i32' }, (f, a, b, size) => {
    const at = f.local('i32')
    f.while(i32.leU(i32.add(at, 8), size), () => {
      f.if(i64.ne(i64.load(i32.add(a, at)), i64.load(i32.add(b, at))), () => f.return(0))
      f.set(at, i32.add(at, 8))
    })
    f.while(i32.ltU(at, size), () => {
      f.if(i32.ne(i32.load8u(i32.add(a, at)), i32.load8u(i32.add(b, at))), () => f.return(0))
      f.set(at, i32.add(at, 1))
    })
    f.return(1)
  })
  return { commonBits, copyBits, equal }
}
