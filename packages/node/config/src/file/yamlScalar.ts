/** What a plain scalar is. */

/** A value that is neither a table nor a list; `undefined` is null. */
export type YamlScalar = string | number | bigint | boolean | undefined

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const NAN = /^\.(nan|NaN|NAN)$/
const INFINITY = /^([-+]?)\.(inf|Inf|INF)$/

/** Prefixes of whole numbers, longest first, and their bases. */
const BASES: readonly (readonly [prefix: RegExp, digits: RegExp, base: string])[] = [
  [/^0[xX]/, /^[\da-fA-F]+$/, '0x'],
  [/^0[oO]/, /^[0-7]+$/, '0o'],
  [/^0[bB]/, /^[01]+$/, '0b'],
  // COMPAT(oasis-core): its YAML library still reads the octal numbers of YAML 1.1.
  [/^0(?=\d)/, /^[0-7]+$/, '0o'],
  [/^/, /^(0|[1-9]\d*)$/, ''],
]

function parseWhole(written: string): bigint | undefined {
  const [, sign = '', unsigned = ''] = /^([-+]?)(.*)$/.exec(written) ?? []
  for (const [prefix, digits, base] of BASES) {
    const found = prefix.exec(unsigned)
    const rest = unsigned.slice(found?.[0].length ?? 0)
    if (found === null || !digits.test(rest)) continue
    const size = BigInt(base + rest)
    const value = sign === '-' ? -size : size
    const isInside = value >= INT64_MIN && value <= (sign === '+' ? UINT64_MAX >> 1n : UINT64_MAX)
    return isInside ? value : undefined
  }
  return undefined
}

function parseNumber(written: string): number | bigint | undefined {
  if (!/^[-+.\d]/.test(written)) return undefined
  if (NAN.test(written)) return Number.NaN
  const infinite = INFINITY.exec(written)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const plain = written.startsWith('.') ? written : written.replaceAll('_', '')
  const whole = parseWhole(plain)
  if (whole !== undefined) {
    const number = Number(whole)
    return Number.isSafeInteger(number) ? number : whole
  }
  return FLOAT.test(plain) ? Number(plain) : undefined
}

/**
 * What a scalar without quotes stands for.
 * COMPAT(oasis-core): as its YAML library takes it, which is YAML 1.2 with some of YAML 1.1.
 */
export function resolveScalar(written: string): YamlScalar {
  if (/^(null|Null|NULL|~|)$/.test(written)) return undefined
  if (/^(true|True|TRUE)$/.test(written)) return true
  if (/^(false|False|FALSE)$/.test(written)) return false
  return parseNumber(written) ?? written
}
