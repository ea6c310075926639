import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { parseNetAddress } from '../address/netAddress.ts'
import { BOOK_FILE_BYTES_MAX } from '../limits.ts'
import { AddressBook } from './addressBook.ts'
import { decodeBook, encodeBook } from './bookFile.ts'

const [ID, SOURCE] = ['a1'.repeat(20), 'b2'.repeat(20)]

/** As the reference writes it, by the fields of its types. */
const TEXT = `{
	"key": "9a8b7c6d5e4f30212223",
	"addrs": [
		{
			"addr": {
				"id": "${ID}",
				"ip": "12.1.2.3",
				"port": 26656
			},
			"src": {
				"id": "${SOURCE}",
				"ip": "2600::1",
				"port": 1
			},
			"buckets": [
				7,
				255
			],
			"attempts": 2,
			"bucket_type": 1,
			"last_attempt": "2026-01-02T03:04:05.006Z",
			"last_success": "0001-01-01T00:00:00Z",
			"last_ban_time": "0001-01-01T00:00:00Z"
		}
	]
}`

const book = decodeBook(toUtf8(TEXT))

function changed(from: string, to: string): Uint8Array {
  assert.ok(TEXT.includes(from), from)
  return toUtf8(TEXT.replace(from, to))
}

describe('the file of an address book', () => {
  it('is read and written as the reference does', () => {
    assert.equal(parseUtf8(encodeBook(book)), TEXT)
    const [known] = book.entries
    assert.deepEqual(known!.address, parseNetAddress(`${ID}@12.1.2.3:26656`))
    assert.deepEqual(known!.buckets, [7, 255])
    assert.equal(known!.lastAttemptMs, Date.UTC(2026, 0, 2, 3, 4, 5, 6))
    assert.equal(known!.lastSuccessMs, undefined)
  })

  it('may have times of other zones, finer than ours, and an empty list', () => {
    const zone = changed('03:04:05.006Z', '04:04:05.006999999+01:00')
    assert.deepEqual(decodeBook(zone).entries, book.entries)
    assert.deepEqual(decodeBook(toUtf8('{"key":"x","addrs":null}')).entries, [])
    assert.deepEqual(decodeBook(toUtf8('{"key":"x","addrs":[]}')).entries, [])
  })

  it('is refused where something is missing or out of range', () => {
    for (const [from, to] of [
      ['"key": "9a8b7c6d5e4f30212223"', '"key": 1'],
      ['"addrs": [', '"addrs": 5, "x": ['],
      [ID, 'a1'],
      ['12.1.2.3', '12.1.2'],
      ['26656', '65536'],
      ['255\n', '256\n'],
      ['7,', '-1,'],
      ['7,', '1.5,'],
      ['7,', '1,2,3,4,'],
      ['"attempts": 2', '"attempts": -2'],
      ['"bucket_type": 1', '"bucket_type": 0'],
      ['2026-01-02', '2026-13-02'],
      ['"src": {', '"src": null, "x": {'],
    ] as const)
      assert.throws(() => decodeBook(changed(from, to)), { reason: 'p2p.badBookFile' }, `${from}`)
    const twice = JSON.parse(TEXT)
    twice.addrs.push(twice.addrs[0])
    const reason = { reason: 'p2p.badBookFile' }
    assert.throws(() => decodeBook(toUtf8(JSON.stringify(twice))), reason)
    for (const text of ['', '[]', 'null', '{', '"x"'])
      assert.throws(() => decodeBook(toUtf8(text)), reason)
    assert.throws(() => decodeBook(new Uint8Array(BOOK_FILE_BYTES_MAX + 1)), reason)
    assert.throws(() => decodeBook(Uint8Array.of(0xff)), reason)
  })

  it('with any byte changed is read or refused in words, and never breaks the book', () => {
    const bytes = toUtf8(TEXT)
    const random = new SeededRandom(3n)
    for (let at = 0; at < bytes.length; at++) {
      const [to] = random.bytes(1)
      try {
        const { entries, key } = decodeBook(bytes.with(at, to!))
        const clock = new FakeClock()
        new AddressBook({ clock, random, routability: 'strict', key }).restore(entries)
      } catch (error) {
        assert.ok(error instanceof CodedError, `byte ${at}`)
      }
    }
  })
})
