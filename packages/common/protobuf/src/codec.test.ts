import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import {
  decode,
  decodeDelimited,
  encode,
  encodeDelimited,
  readDelimiter,
  size,
  zero,
} from './codec.ts'
import { FIELD_NUMBER_MAX } from './limits.ts'
import { mapped, whole } from './mapped.ts'
import { embedded, field, message, optional, repeated, required } from './message.ts'
import { oneOf } from './oneOf.ts'
import {
  bool,
  bytes,
  enumOf,
  int32,
  int64,
  sfixed64,
  text,
  uint32,
  uint64,
  windowBytes,
} from './scalars.ts'

const refusal = (name: string) => ({ module: 'unknown', code: 1, reason: `protobuf.${name}` })

const Inner = message({ a: field(1, int64), b: field(2, bytes) })
const Either = oneOf({ left: field(1, Inner), right: field(2, bytes) })
const color = enumOf({ none: 0, red: 1, blue: -1 })
const Everything = message({
  u32: field(1, uint32),
  i32: field(2, int32),
  u64: field(3, uint64),
  i64: field(4, int64),
  fixed: field(5, sfixed64),
  flag: field(6, bool),
  words: field(7, text),
  raw: field(8, bytes),
  color: field(9, color),
  inner: field(10, embedded(Inner)),
  maybe: optional(11, Inner),
  numbers: repeated(12, uint64),
  pieces: repeated(13, bytes),
  inners: repeated(14, Inner),
  either: optional(15, Either),
  late: field(16, text),
})

const uint64s = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, (1n << 64n) - 1n))
const int64s = fc.oneof(fc.bigInt(-300n, 300n), fc.bigInt(-(1n << 63n), (1n << 63n) - 1n))
const someBytes = fc.uint8Array({ maxLength: 200 })
const plain = { noNullPrototype: true } as const
const inner = fc.record({ a: int64s, b: someBytes }, plain)
const everything = fc.record(
  {
    u32: fc.nat({ max: 0xffffffff }),
    i32: fc.integer(),
    u64: uint64s,
    i64: int64s,
    fixed: int64s,
    flag: fc.boolean(),
    words: fc.string({ unit: 'binary' }),
    raw: someBytes,
    color: fc.constantFrom('none' as const, 'red' as const, 'blue' as const),
    inner,
    maybe: fc.option(inner, { nil: undefined }),
    numbers: fc.array(uint64s),
    pieces: fc.array(someBytes),
    inners: fc.array(inner),
    either: fc.option(
      fc.oneof(
        fc.record({ kind: fc.constant('left' as const), body: inner }, plain),
        fc.record({ kind: fc.constant('right' as const), body: someBytes }, plain),
      ),
      { nil: undefined },
    ),
    late: fc.string(),
  },
  plain,
)

/** Bytes as they begin, end and go on in UTF-8, in any order. */
const nearUtf8 = fc
  .array(
    fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4),
  )
  .map((bytes) => Uint8Array.from(bytes))

const encoded = <T>(schema: Parameters<typeof encode<T>>[0], value: T) =>
  toHex(encode(schema, value))
const decoded = <T>(schema: Parameters<typeof decode<T>>[0], hex: string) =>
  decode(schema, parseHex(hex))

describe('a message', () => {
  it('is read as it was written, and has the size that was told', () => {
    fc.assert(
      fc.property(everything, (value) => {
        const written = encode(Everything, value)
        assert.deepEqual(decode(Everything, written), value)
        assert.equal(size(Everything, value), written.length)
        assert.deepEqual(decodeDelimited(Everything, encodeDelimited(Everything, value)), value)
      }),
    )
  })

  it('has the published encodings', () => {
    // https://protobuf.dev/programming-guides/encoding/
    assert.equal(encoded(message({ a: field(1, int32) }), { a: 150 }), '089601')
    assert.equal(encoded(message({ b: field(2, text) }), { b: 'testing' }), '120774657374696e67')
    const Test3 = message({ c: field(3, embedded(message({ a: field(1, int32) }))) })
    assert.equal(encoded(Test3, { c: { a: 150 } }), '1a03089601')
    const Test5 = message({ f: repeated(6, int32) })
    assert.equal(encoded(Test5, { f: [3, 270, 86942] }), '3206038e029ea705')
    const negative = message({ a: field(1, int32) })
    assert.equal(encoded(negative, { a: -2 }), '08feffffffffffffffff01')
  })

  it('leaves out scalars that are zero, and never an embedded message', () => {
    assert.equal(encoded(Everything, zero(Everything)), '5200')
    assert.deepEqual(decoded(Everything, ''), zero(Everything))
    const inMessage = message({ inner: field(1, Inner) })
    assert.throws(() => encode(inMessage, { inner: zero(Inner) }), { name: 'BugError' })
  })

  it('takes the last of several scalars, merges messages, and adds to lists', () => {
    assert.equal(decoded(Everything, '08010802').u32, 2)
    assert.deepEqual(decoded(Inner, '0801080012010212020304'), {
      a: 0n,
      b: Uint8Array.of(3, 4),
    })
    const { inner, maybe, inners } = decoded(
      Everything,
      '5202080552031201065a0208055a03120106720072020805',
    )
    assert.deepEqual(inner, { a: 5n, b: Uint8Array.of(6) })
    assert.deepEqual(maybe, inner)
    assert.deepEqual(inners, [zero(Inner), { a: 5n, b: new Uint8Array(0) }])
  })

  it('takes the last variant as a whole', () => {
    const { either } = decoded(Everything, '7a040a0208017a0112'.slice(0, 12))
    assert.deepEqual(either, { kind: 'left', body: { a: 1n, b: new Uint8Array(0) } })
    assert.deepEqual(decoded(Either, '0a0208010a03120107'), {
      kind: 'left',
      body: { a: 0n, b: Uint8Array.of(7) },
    })
    assert.deepEqual(decoded(Either, '0a0208011200'), { kind: 'right', body: new Uint8Array(0) })
    assert.throws(() => decoded(Either, ''), refusal('noVariant'))
    assert.throws(() => decoded(Either, '1801'), refusal('noVariant'))
  })

  it('takes numbers packed and one by one', () => {
    assert.deepEqual(decoded(Everything, '620201026003').numbers, [1n, 2n, 3n])
    // The last number goes on behind the end of its field, as generated code has it.
    assert.deepEqual(decoded(Everything, '620180010805').numbers, [128n])
    assert.equal(decoded(Everything, '620180010805').u32, 5)
    assert.throws(() => decoded(Everything, '620180'), refusal('truncated'))
  })

  it('passes over fields that it does not know, groups with all that is in them', () => {
    const known = '0801'
    for (const unknown of [
      'a00601',
      'a1060102030405060708',
      'a506aabbccdd',
      'a206020102',
      'a306a406',
      'a306a306a406a406',
      'a30608011203010203a406',
      // The end of a group is not compared with its beginning, nor are numbers looked at.
      'a306000104',
    ]) {
      assert.equal(decoded(Everything, unknown + known).u32, 1, unknown)
      assert.equal(decoded(Everything, known + unknown).u32, 1, unknown)
    }
  })

  it('refuses what is cut off, and what has no sense', () => {
    const full = encode(Everything, { ...zero(Everything), raw: new Uint8Array(200), late: 'x' })
    for (const cut of [1, 2, full.length - 1, full.length - 3])
      assert.throws(() => decode(Everything, full.subarray(0, cut)), refusal('truncated'))
    for (const hex of [
      '08',
      '0880',
      '29000000',
      'a306',
      'a30608',
      '42',
      '4201',
      '42ffffffffffffffffff01',
    ])
      assert.throws(() => decoded(Everything, hex), refusal('truncated'), hex)
    assert.throws(() => decoded(Everything, '0c'), refusal('endOfGroup'))
    for (const hex of ['00', '0601', '0702', '8080808040', 'a606', 'a706'])
      assert.throws(() => decoded(Everything, hex), { module: 'unknown' }, hex)
    for (const hex of ['0a00', '0d00000000', '4001', '5001', '7001'])
      assert.throws(() => decoded(Everything, hex), refusal('wrongWireType'), hex)
    assert.throws(() => decoded(Everything, '4802'), refusal('unknownName'))
  })

  it('takes varints of ten bytes, and drops what does not fit', () => {
    const ten = '80808080808080808002'
    assert.equal(decoded(Everything, `18${ten}`).u64, 0n)
    assert.equal(decoded(Everything, '18ffffffffffffffffff7f').u64, (1n << 64n) - 1n)
    assert.equal(decoded(Everything, '20ffffffffffffffffff01').i64, -1n)
    assert.equal(decoded(Everything, '10ffffffffffffffffff01').i32, -1)
    assert.equal(decoded(Everything, '0881808080f0ffffffff01').u32, 1)
    assert.equal(decoded(Everything, `30${'80'.repeat(8)}01`).flag, true)
    assert.throws(() => decoded(Everything, `18${'80'.repeat(10)}01`), refusal('overflow'))
    assert.throws(() => decoded(Everything, `a006${'80'.repeat(10)}01`), refusal('overflow'))
    // The number of a field, too: this is number 1 + 2^32.
    assert.equal(decoded(Everything, '88808080800105').u32, 5)
  })

  it('keeps texts that are no UTF-8', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), nearUtf8), (raw) => {
        const bytesOnly = message({ words: field(7, bytes) })
        const written = encode(bytesOnly, { words: raw })
        const { words } = decode(Everything, written)
        assert.equal(encoded(message({ words: field(7, text) }), { words }), toHex(written))
      }),
    )
    assert.equal(decoded(Everything, '3a0661c3a9e28261').words.length, 5)
    assert.equal(decoded(Everything, '3a03c3a961').words, 'éa')
  })

  it('has own copies of its bytes', () => {
    for (const size of [2, 200]) {
      const raw = new Uint8Array(size).fill(7)
      const wire = Buffer.from(encode(Everything, { ...zero(Everything), raw }))
      const read = decode(Everything, wire)
      wire.fill(0)
      assert.deepEqual(read.raw, raw)
    }
  })

  it('has a bound on every list, if the schema says so', () => {
    const Two = message({
      a: repeated(1, bytes, { countMax: 2 }),
      b: repeated(2, uint32, { countMax: 2 }),
    })
    assert.equal(decoded(Two, '0a000a0012020102').a.length, 2)
    for (const hex of ['0a000a000a00', '1203010203', '100110011001', '12020102100a'])
      assert.throws(() => decoded(Two, hex), refusal('tooMany'), hex)
  })

  it('may need a field', () => {
    const Needy = message({ inner: required(1, Inner) })
    assert.deepEqual(decoded(Needy, '0a00'), { inner: zero(Inner) })
    assert.equal(encoded(Needy, { inner: zero(Inner) }), '0a00')
    assert.throws(() => decoded(Needy, ''), refusal('missingField'))
  })

  it('is no schema with a field number too large or taken', () => {
    assert.deepEqual(zero(message({ a: field(FIELD_NUMBER_MAX, bool) })), { a: false })
    const refused = { name: 'BugError' }
    assert.throws(() => message({ a: field(FIELD_NUMBER_MAX + 1, bool) }), refused)
    assert.throws(() => message({ a: field(1, bool), b: field(1, bool) }), refused)
  })

  it('is not written with integers that do not fit', () => {
    const cases = [
      { u32: -1 },
      { u32: 2 ** 32 },
      { i32: 2 ** 31 },
      { u32: 0.5 },
      { u64: 1n << 64n },
      { i64: -(1n << 63n) - 1n },
      { fixed: 1n << 64n },
    ]
    for (const change of cases)
      assert.throws(() => encode(Everything, { ...zero(Everything), ...change }), {
        name: 'BugError',
      })
  })
})

describe('bytes that are a window', () => {
  const Copies = message({ one: field(1, bytes), many: repeated(2, bytes) })
  const Windows = message({ one: field(1, windowBytes), many: repeated(2, windowBytes) })
  const anyCopies = fc.record({ one: fc.uint8Array(), many: fc.array(fc.uint8Array()) })

  it('are written and read as copies are', () => {
    fc.assert(
      fc.property(anyCopies, (value) => {
        const encoded = encode(Copies, value)
        assert.deepEqual(encode(Windows, value), encoded)
        assert.deepEqual(decode(Windows, encoded), decode(Copies, encoded))
      }),
    )
  })

  it('share the memory of what was decoded, and copies do not', () => {
    const encoded = encode(Copies, { one: Uint8Array.of(1, 2), many: [Uint8Array.of(3)] })
    const [copies, windows] = [decode(Copies, encoded), decode(Windows, encoded)]
    encoded.fill(9)
    assert.deepEqual(copies, { one: Uint8Array.of(1, 2), many: [Uint8Array.of(3)] })
    assert.deepEqual(windows, { one: Uint8Array.of(9, 9), many: [Uint8Array.of(9)] })
  })

  it('are plain ones, also of a Node buffer, so that copies of them are copies', () => {
    const source = Buffer.from(encode(Windows, { one: Uint8Array.of(1, 2, 3), many: [] }))
    const { one } = decode(Windows, source)
    assert.deepEqual(one, Uint8Array.of(1, 2, 3))
    const copy = one.slice()
    source.fill(9)
    assert.deepEqual([copy[0], one[0]], [1, 9])
  })
})

describe('a mapped message', () => {
  const Point = mapped(message({ x: field(1, int32), y: field(2, int32) }), {
    from: ({ x, y }) => `${x},${y}`,
    to: (words) => ({ x: Number(words.split(',')[0]), y: Number(words.split(',')[1]) }),
  })
  const Absent = whole(Point, 'nowhere')
  const Both = message({ merged: field(1, embedded(Point)), last: field(2, embedded(Absent)) })

  it('is mapped when all of it was read, unless it is read as a whole', () => {
    const value = decoded(Both, '0a0208050a02100612020805'.concat('12021006'))
    assert.deepEqual(value, { merged: '5,6', last: '0,6' })
    assert.deepEqual(decoded(Both, '1200'), { merged: '0,0', last: '0,0' })
    assert.deepEqual(decoded(Both, ''), { merged: '0,0', last: 'nowhere' })
    assert.equal(encoded(Both, { merged: '0,0', last: '1,0' }), '0a0012020801')
  })
})

describe('a frame', () => {
  it('tells its length once there is enough of it', () => {
    const frame = Uint8Array.of(0x96, 0x01, 9)
    assert.equal(readDelimiter(frame.subarray(0, 1)), undefined)
    assert.deepEqual(readDelimiter(frame), { length: 150, start: 2 })
    assert.deepEqual(readDelimiter(frame, { at: 2 }), { length: 9, start: 3 })
    assert.deepEqual(readDelimiter(frame, { sizeMax: 150 }), { length: 150, start: 2 })
    assert.throws(() => readDelimiter(frame, { sizeMax: 149 }), refusal('frameTooLarge'))
    const tooLong = new Uint8Array(11).fill(0x80)
    assert.throws(() => readDelimiter(tooLong), refusal('overflow'))
  })

  it('has one message in it, and nothing else', () => {
    assert.throws(() => decodeDelimited(Inner, parseHex('020801ff')), refusal('trailingBytes'))
    assert.throws(() => decodeDelimited(Inner, parseHex('0208')), refusal('truncated'))
    assert.throws(() => decodeDelimited(Inner, parseHex('')), refusal('truncated'))
  })
})
