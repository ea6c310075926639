/** Where things lie in the kernel's memory. A point is two pairs, (X, Y) and (Z, T). */

import { PAGE_BYTES } from '@wadi/base/wasm/module'
import { ED25519_BATCH_SIZE_MAX } from '../../limits.ts'
import { PAIR_BYTES } from './pair.ts'

/** An extended point, or a cached one: (Y - X, Y + X) and (2Z, 2dT). */
export const POINT_BYTES = 2 * PAIR_BYTES
/** A scalar or a compressed point. */
export const WORD_BYTES = 32
/** A scalar, followed by zeros, so that a window may be read beyond its end. */
export const SCALAR_BYTES = 40

/** Half a scalar. */
export const HALF_SCALAR_BYTES = 16

/** Signed windows of five bits: the odd multiples 1, 3 … 15 of a point. */
export const TERM_WINDOW = 5
export const TERM_TABLE_BYTES = POINT_BYTES << (TERM_WINDOW - 2)
/** Signed windows of eight bits for the base point: 1, 3 … 127. */
export const BASE_WINDOW = 8
/** Signed digits of four bits for secret scalars: 64 of them, multiples 1 … 8 of a point. */
export const SECRET_DIGITS = 64
export const SECRET_TABLE_BYTES = 8 * POINT_BYTES

/** Two terms a signature: its key and its nonce point. */
export const TERMS_MAX = 2 * ED25519_BATCH_SIZE_MAX

let end = 16
function reserve(bytes: number): number {
  const address = end
  end += (bytes + 15) & ~15
  return address
}

/** Constants of the field, both lanes alike, and of the scalars. */
export const CONST_D = reserve(PAIR_BYTES)
export const CONST_ROOT = reserve(PAIR_BYTES)
export const CONST_ONE = reserve(PAIR_BYTES)
export const CONST_CACHE = reserve(PAIR_BYTES)
/** 2^512 mod L, one and zero. */
export const CONST_SCALARS = reserve(3 * WORD_BYTES)
export const ZERO = CONST_SCALARS + 2 * WORD_BYTES
/** The constants of Elligator 2, in the order of `elligator.ts`. */
export const CONST_ELLIGATOR = reserve(5 * PAIR_BYTES)
export const BASE_POINT = reserve(POINT_BYTES)
/** Identity in cached form. */
export const IDENTITY_CACHED = reserve(POINT_BYTES)

/** Bytes that come in and go out. */
export const IO = reserve(256)
/** Scalars and points of whoever calls. */
export const WORK_SCALARS = reserve(4 * SCALAR_BYTES)
export const WORK_POINTS = reserve(4 * POINT_BYTES)
/** Scratch of the field functions, of the point functions and of the multiplications. */
export const FIELD_SCRATCH = reserve(4 * PAIR_BYTES)
export const POINT_SCRATCH = reserve(4 * PAIR_BYTES)
export const COORDINATES = reserve(4 * PAIR_BYTES)
export const MAP_SCRATCH = reserve(8 * PAIR_BYTES)
export const FROZEN = reserve(2 * WORD_BYTES)
export const SCALAR_SCRATCH = reserve(4 * SCALAR_BYTES)
export const ACCUMULATOR = reserve(POINT_BYTES)
export const SELECTED = reserve(POINT_BYTES)
export const SECRET_TABLE = reserve(SECRET_TABLE_BYTES)
export const DIGITS = reserve(SECRET_DIGITS)
/** Everything that a secret may have touched lies between these two. */
export const SECRETS_START = IO
export const SECRETS_END = end

export const BASE_TABLE = reserve(POINT_BYTES << (BASE_WINDOW - 2))
/** 2^128 · B, for scalars that are halved. */
export const BASE_HIGH = reserve(POINT_BYTES)
export const COMB_TABLE = reserve((SECRET_DIGITS / 2) * SECRET_TABLE_BYTES)
export const BASE_SCALAR = reserve(SCALAR_BYTES)
export const POINTS = reserve(TERMS_MAX * POINT_BYTES)
export const SCALARS = reserve(TERMS_MAX * SCALAR_BYTES)
/** The reduced hash and the S of each signature. */
export const ENTRIES = reserve(TERMS_MAX * SCALAR_BYTES)
export const TABLES = reserve(TERMS_MAX * TERM_TABLE_BYTES)
export const WINDOWS = reserve(256 * (TERMS_MAX + 8))

export const PAGES = Math.ceil(end / PAGE_BYTES)
