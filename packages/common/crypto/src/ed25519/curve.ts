/** The numbers of edwards25519 (RFC 8032, 5.1): -x² + y² = 1 + dx²y² over the field of P. */

/** The field prime, 2^255 - 19. */
export const P = (1n << 255n) - 19n

/** L, the order of the base point. */
export const L = (1n << 252n) + 27742317777372353535851937790883648493n

/** base^exponent modulo P. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % P
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

/** d = -121665 / 121666. */
export const D = ((P - 121665n) * power(121666n, P - 2n)) % P

/** A square root of -1. */
export const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n)

/** The base point: y = 4/5, and the even x. */
export const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n
/** See {@link BASE_X}. */
export const BASE_Y = (4n * power(5n, P - 2n)) % P
