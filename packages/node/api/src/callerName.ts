/** Who calls at a port: what one person can have many addresses of is one caller. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseIp } from '@wadi/primitives/ip'

const MAPPED_PREFIX = `${'00'.repeat(10)}ffff`
/** Whoever has one address of IPv6 has as many with the same first half as he likes. */
const V6_HALF = 16

/** Addresses with the same name are one caller. */
export function callerName(address: string): string {
  try {
    const digits = toHex(parseIp(address.replace(/%.*$/, '')))
    return digits.startsWith(MAPPED_PREFIX) ? digits : digits.slice(0, V6_HALF)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return address
  }
}
