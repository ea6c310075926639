import { MAJOR, type Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const scratch = new DataView(new ArrayBuffer(8))

/** Reads a floating-point number of any width; COMPAT(fxamacker/cbor): or an integer. */
export function readFloat(reader: Reader): number {
  const major = reader.head()
  const { info, argument } = reader
  if (major === MAJOR.unsigned) return integerValue(reader)
  if (major === MAJOR.negative && reader.high < 0x8000_0000) return -1 - integerValue(reader)
  if (major === MAJOR.simple) {
    if (info === 25) return halfValue(argument)
    if (info === 26) {
      scratch.setUint32(0, reader.low)
      return scratch.getFloat32(0)
    }
    if (info === 27) {
      scratch.setUint32(0, reader.high)
      scratch.setUint32(4, reader.low)
      return scratch.getFloat64(0)
    }
    if (!reader.rules.isRust) {
      if (info < 20 || info === 24) return argument
      if (info > 21) return 0
    }
  }
  throw reader.wrongType(major, 'a number')
}

function integerValue(reader: Reader): number {
  return reader.high < 0x20_0000
    ? reader.argument
    : Number((BigInt(reader.high) << 32n) | BigInt(reader.low))
}

/** The value of a half-precision float. */
export function halfValue(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) return (sign * fraction) / 2 ** 24
  if (exponent < 31) return (sign * (1024 + fraction) * 2 ** exponent) / 2 ** 25
  return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
}

/** The bits of `value` as a half-precision float, or undefined if that would round it. */
function halfBits(value: number): number | undefined {
  if (!Number.isFinite(value)) return value > 0 ? 0x7c00 : 0xfc00
  if (Math.fround(value) !== value) return undefined
  scratch.setFloat32(0, value)
  const bits = scratch.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 255) - 127 + 15
  const fraction = bits & 0x7f_ffff
  if ((bits & 0x7fff_ffff) === 0) return sign
  if (exponent > 0 && exponent < 31 && (fraction & 0x1fff) === 0) {
    return sign | (exponent << 10) | (fraction >> 13)
  }
  // A subnormal half is a multiple of 2^-24.
  const units = Math.abs(value) * 2 ** 24
  return units < 1024 && Number.isInteger(units) ? sign | units : undefined
}

/** Writes the shortest float that keeps the value. */
export function writeFloat(writer: Writer, value: number): void {
  const half = Number.isNaN(value) ? 0x7e00 : halfBits(value)
  if (half !== undefined) {
    writer.byte(0xf9)
    writeWord(writer, 2, half)
  } else if (Math.fround(value) === value) {
    scratch.setFloat32(0, value)
    writer.byte(0xfa)
    writeWord(writer, 4, scratch.getUint32(0))
  } else {
    scratch.setFloat64(0, value)
    writer.byte(0xfb)
    writeWord(writer, 4, scratch.getUint32(0))
    writeWord(writer, 4, scratch.getUint32(4))
  }
}

function writeWord(writer: Writer, size: 2 | 4, bits: number): void {
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) writer.byte((bits >>> shift) & 255)
}
