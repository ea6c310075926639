/** Group orders and sizes of the three curves. */

import { parseHex } from '@wadi/base/bytes'
import type { CurveName, CurveShape } from './ecdsa.ts'

/** n and ⌊n / 2⌋ of SEC 2, sections 2.4.1, 2.4.2 and 2.5.1. */
export const CURVE_SHAPES: { readonly [K in CurveName]: CurveShape } = {
  secp256k1: {
    size: 32,
    order: parseHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
    lowSMax: parseHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'),
  },
  secp256r1: {
    size: 32,
    order: parseHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
    lowSMax: parseHex('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8'),
  },
  secp384r1: {
    size: 48,
    order: parseHex(
      'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ),
    lowSMax: parseHex(
      '7fffffffffffffffffffffffffffffffffffffffffffffffe3b1a6c0fa1b96efac0d06d9245853bd76760cb5666294b9',
    ),
  },
}
