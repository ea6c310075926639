/**
 * Expressions of the kernels' little language: a value type and the instructions that leave one
 * value of it on the stack. `i32.add(i32.load(pointer, 8), 1)` reads as it computes.
 */

import { assert } from '../errors.ts'
import { signedLeb128, unsignedLeb128 } from './leb128.ts'

export type ValueType = 'i32' | 'i64' | 'v128'

/** Instructions that leave one value of `type` on the stack. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T
  readonly code: readonly number[]
}

export type I32 = Expression<'i32'> | number
export type I64 = Expression<'i64'> | bigint
export type V128 = Expression<'v128'>

const OP_I32_CONST = 0x41
const OP_I64_CONST = 0x42
const OP_SELECT = 0x1b
const OP_SIMD = 0xfd

function constI32(value: number): Expression<'i32'> {
  assert(Number.isInteger(value), 'wasm: an i32 constant is an integer')
  return { type: 'i32', code: [OP_I32_CONST, ...signedLeb128(BigInt.asIntN(32, BigInt(value)))] }
}

function constI64(value: bigint): Expression<'i64'> {
  return { type: 'i64', code: [OP_I64_CONST, ...signedLeb128(BigInt.asIntN(64, value))] }
}

/** The instructions of an operand; plain numbers are constants. */
export function codeOf(operand: Expression | number | bigint): readonly number[] {
  if (typeof operand === 'number') return constI32(operand).code
  if (typeof operand === 'bigint') return constI64(operand).code
  return operand.code
}

function emit<T extends ValueType>(
  type: T,
  operands: readonly (Expression | number | bigint)[],
  ...instruction: readonly number[]
): Expression<T> {
  const code: number[] = []
  for (const operand of operands) for (const byte of codeOf(operand)) code.push(byte)
  for (const byte of instruction) code.push(byte)
  return { type, code }
}

const memory = (offset: number): readonly number[] => [0, ...unsignedLeb128(offset)]
const simd = (opcode: number): readonly number[] => [OP_SIMD, ...unsignedLeb128(opcode)]

type Binary32 = (a: I32, b: I32) => Expression<'i32'>
type Binary64 = (a: I64, b: I64) => Expression<'i64'>
type Compare64 = (a: I64, b: I64) => Expression<'i32'>
type BinaryV = (a: V128, b: V128) => V128
type UnaryV = (a: V128) => V128
type ShiftV = (a: V128, bits: I32) => V128

const binary32 =
  (opcode: number): Binary32 =>
  (a, b) =>
    emit('i32', [a, b], opcode)
const binary64 =
  (opcode: number): Binary64 =>
  (a, b) =>
    emit('i64', [a, b], opcode)
const compare64 =
  (opcode: number): Compare64 =>
  (a, b) =>
    emit('i32', [a, b], opcode)
const binaryV =
  (opcode: number): BinaryV =>
  (a, b) =>
    emit('v128', [a, b], ...simd(opcode))
const unaryV =
  (opcode: number): UnaryV =>
  (a) =>
    emit('v128', [a], ...simd(opcode))
const shiftV =
  (opcode: number): ShiftV =>
  (a, bits) =>
    emit('v128', [a, bits], ...simd(opcode))
const load32 =
  (opcode: number) =>
  (pointer: I32, offset = 0) =>
    emit('i32', [pointer], opcode, ...memory(offset))
const load64 =
  (opcode: number) =>
  (pointer: I32, offset = 0) =>
    emit('i64', [pointer], opcode, ...memory(offset))

export const i32 = {
  const: constI32,
  load: load32(0x28),
  load8s: load32(0x2c),
  load8u: load32(0x2d),
  load16u: load32(0x2f),
  eqz: (a: I32) => emit('i32', [a], 0x45),
  eq: binary32(0x46),
  ne: binary32(0x47),
  ltS: binary32(0x48),
  ltU: binary32(0x49),
  gtS: binary32(0x4a),
  gtU: binary32(0x4b),
  leS: binary32(0x4c),
  leU: binary32(0x4d),
  geS: binary32(0x4e),
  geU: binary32(0x4f),
  clz: (a: I32) => emit('i32', [a], 0x67),
  ctz: (a: I32) => emit('i32', [a], 0x68),
  popcnt: (a: I32) => emit('i32', [a], 0x69),
  add: binary32(0x6a),
  sub: binary32(0x6b),
  mul: binary32(0x6c),
  divU: binary32(0x6e),
  remU: binary32(0x70),
  and: binary32(0x71),
  or: binary32(0x72),
  xor: binary32(0x73),
  shl: binary32(0x74),
  shrS: binary32(0x75),
  shrU: binary32(0x76),
  rotl: binary32(0x77),
  rotr: binary32(0x78),
  wrap: (a: I64) => emit('i32', [a], 0xa7),
  select: (condition: I32, yes: I32, no: I32) => emit('i32', [yes, no, condition], OP_SELECT),
} as const

export const i64 = {
  const: constI64,
  load: load64(0x29),
  load8u: load64(0x31),
  load16u: load64(0x33),
  load32s: load64(0x34),
  load32u: load64(0x35),
  eqz: (a: I64) => emit('i32', [a], 0x50),
  eq: compare64(0x51),
  ne: compare64(0x52),
  ltS: compare64(0x53),
  ltU: compare64(0x54),
  gtS: compare64(0x55),
  gtU: compare64(0x56),
  leS: compare64(0x57),
  leU: compare64(0x58),
  geS: compare64(0x59),
  geU: compare64(0x5a),
  clz: (a: I64) => emit('i64', [a], 0x79),
  ctz: (a: I64) => emit('i64', [a], 0x7a),
  add: binary64(0x7c),
  sub: binary64(0x7d),
  mul: binary64(0x7e),
  divU: binary64(0x80),
  remU: binary64(0x82),
  and: binary64(0x83),
  or: binary64(0x84),
  xor: binary64(0x85),
  shl: binary64(0x86),
  shrS: binary64(0x87),
  shrU: binary64(0x88),
  rotl: binary64(0x89),
  rotr: binary64(0x8a),
  extendU: (a: I32) => emit('i64', [a], 0xad),
  extendS: (a: I32) => emit('i64', [a], 0xac),
  select: (condition: I32, yes: I64, no: I64) => emit('i64', [yes, no, condition], OP_SELECT),
} as const

/** The SIMD instructions. Names follow the WebAssembly specification, shape first. */
export const v128 = {
  load: (pointer: I32, offset = 0): V128 => emit('v128', [pointer], ...simd(0), ...memory(offset)),
  load64Zero: (pointer: I32, offset = 0): V128 =>
    emit('v128', [pointer], ...simd(93), ...memory(offset)),
  load64Splat: (pointer: I32, offset = 0): V128 =>
    emit('v128', [pointer], ...simd(10), ...memory(offset)),
  const: (bytes: readonly number[]): V128 => {
    assert(bytes.length === 16, 'wasm: a v128 constant has sixteen bytes')
    return emit('v128', [], ...simd(12), ...bytes)
  },
  /** Bytes of the two operands, picked by sixteen lane numbers from 0 to 31. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 => {
    assert(lanes.length === 16, 'wasm: a shuffle names sixteen lanes')
    return emit('v128', [a, b], ...simd(13), ...lanes)
  },
  swizzle: binaryV(14),
  /** Relaxed SIMD: as `swizzle`, but what an index above 15 selects is the machine's business. */
  relaxedSwizzle: binaryV(256),
  splatI8: (a: I32): V128 => emit('v128', [a], ...simd(15)),
  splatI32: (a: I32): V128 => emit('v128', [a], ...simd(17)),
  splatI64: (a: I64): V128 => emit('v128', [a], ...simd(18)),
  extractI32: (a: V128, lane: number) => emit('i32', [a], ...simd(27), lane),
  replaceI32: (a: V128, lane: number, value: I32): V128 =>
    emit('v128', [a, value], ...simd(28), lane),
  extractI64: (a: V128, lane: number) => emit('i64', [a], ...simd(29), lane),
  replaceI64: (a: V128, lane: number, value: I64): V128 =>
    emit('v128', [a, value], ...simd(30), lane),
  eqI8: binaryV(35),
  gtSI8: binaryV(39),
  eqI32: binaryV(55),
  not: unaryV(77),
  and: binaryV(78),
  andNot: binaryV(79),
  or: binaryV(80),
  xor: binaryV(81),
  bitselect: (yes: V128, no: V128, mask: V128): V128 => emit('v128', [yes, no, mask], ...simd(82)),
  anyTrue: (a: V128) => emit('i32', [a], ...simd(83)),
  allTrueI8: (a: V128) => emit('i32', [a], ...simd(99)),
  bitmaskI8: (a: V128) => emit('i32', [a], ...simd(100)),
  shlI8: shiftV(107),
  shrSI8: shiftV(108),
  shrUI8: shiftV(109),
  addI8: binaryV(110),
  subI8: binaryV(113),
  shlI32: shiftV(171),
  shrSI32: shiftV(172),
  shrUI32: shiftV(173),
  addI32: binaryV(174),
  subI32: binaryV(177),
  mulI32: binaryV(181),
  shlI64: shiftV(203),
  shrSI64: shiftV(204),
  shrUI64: shiftV(205),
  addI64: binaryV(206),
  subI64: binaryV(209),
  mulI64: binaryV(213),
  extmulLowI32S: binaryV(220),
  extmulHighI32S: binaryV(221),
  extmulLowI32U: binaryV(222),
  extmulHighI32U: binaryV(223),
  addF64: binaryV(240),
  subF64: binaryV(241),
  mulF64: binaryV(242),
  /** Relaxed SIMD: a · b + c, rounded once or twice: that is the machine's business. */
  relaxedMaddF64: (a: V128, b: V128, c: V128): V128 => emit('v128', [a, b, c], ...simd(263)),
} as const
