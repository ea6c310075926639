import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import { type NetAddress, parseNetAddress } from '../address/netAddress.ts'
import {
  BAD_ADDRESSES_MAX,
  BUCKET_ADDRESSES_MAX,
  NEW_BUCKETS_PER_ADDRESS_MAX,
  SELECTION_ADDRESSES_MAX,
} from '../limits.ts'
import { AddressBook, type BookOptions } from './addressBook.ts'

const DAY_MS = 24 * 60 * 60_000

function idOf(index: number): string {
  return index.toString(16).padStart(40, '0')
}

/** Somebody in a group of its own, unless told otherwise. */
function at(index: number, ip?: string): NetAddress {
  const own = `${1 + (index % 9)}.${(index >> 3) % 256}.${(index >> 11) % 256}.${index % 251}`
  return parseNetAddress(`${idOf(index)}@${ip ?? own}:26656`)
}

const source = at(9_999_999, '44.1.2.3')

function bookOf(options: Partial<BookOptions> = {}) {
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const random = new SeededRandom(1n)
  return { clock, book: new AddressBook({ clock, random, routability: 'strict', ...options }) }
}

describe('AddressBook', () => {
  it('takes addresses in, each peer once', () => {
    const { book } = bookOf()
    assert.equal(book.add(at(1), source), 'added')
    assert.equal(book.add(at(1), source), 'known')
    assert.equal(book.size, 1)
    assert.ok(book.has(idOf(1)))
  })

  it('refuses what is no address, own ones, private ones and those who tell of them', () => {
    const { book } = bookOf({ privateIds: [idOf(5)] })
    book.addOwn(at(3))
    assert.equal(book.add(at(1, '0.0.0.0'), source), 'invalid')
    assert.equal(book.add({ ...at(1), id: 'ab' }, source), 'invalid')
    assert.equal(book.add(at(3), source), 'own')
    assert.equal(book.add(at(5), source), 'private')
    assert.equal(book.add(at(6), at(5)), 'private')
    assert.equal(book.size, 0)
  })

  it('forgets who has become private since it was written', () => {
    const { book: before } = bookOf()
    for (const index of [1, 5]) before.add(at(index), source)
    const { book } = bookOf({ key: before.key, privateIds: [idOf(5)] })
    book.restore(before.entries())
    assert.deepEqual([book.has(idOf(1)), book.has(idOf(5))], [true, false])
  })

  it('takes what not everybody can reach only if it is lenient', () => {
    assert.equal(bookOf().book.add(at(1, '10.0.0.1'), source), 'not routable')
    const { book } = bookOf({ routability: 'lenient' })
    assert.equal(book.add(at(1, '10.0.0.1'), source), 'added')
  })

  it('spreads an address that many tell over up to four buckets', () => {
    const { book } = bookOf()
    for (let i = 0; i < 2000; i++) book.add(at(1), at(i + 10))
    assert.equal(book.entries()[0]!.buckets.length, NEW_BUCKETS_PER_ADDRESS_MAX)
    assert.equal(book.size, 1)
  })

  it('does not let one who tells much fill it', () => {
    const { book } = bookOf()
    for (let i = 1; i <= 5000; i++) book.add(at(i), source)
    // A group of sources reaches 32 of the 256 buckets at most.
    assert.ok(book.size <= 32 * BUCKET_ADDRESSES_MAX, `${book.size}`)
    assert.ok(book.size > 15 * BUCKET_ADDRESSES_MAX, `${book.size}`)
  })

  it('drops what is worth nothing from a full bucket first', () => {
    const { book, clock } = bookOf({ routability: 'lenient', key: 'k' })
    const oneGroup = (index: number) => at(index, `10.0.${index >> 8}.${index % 256}`)
    for (let i = 1; i <= BUCKET_ADDRESSES_MAX; i++) book.add(oneGroup(i), source)
    for (let i = 0; i < 3; i++) book.markAttempt(idOf(7))
    clock.advance(2 * 60_000)
    book.add(oneGroup(300), source)
    assert.equal(book.has(idOf(7)), false)
    assert.equal(book.size, BUCKET_ADDRESSES_MAX)
    clock.advance(1000)
    book.markAttempt(idOf(1))
    book.add(oneGroup(301), source)
    assert.ok(book.has(idOf(1)))
    assert.equal(book.has(idOf(2)), false)
  })

  it('moves who is good to the old ones, and forgets its failures', () => {
    const { book, clock } = bookOf()
    book.add(at(1), source)
    book.markAttempt(idOf(1))
    assert.equal(book.entries()[0]!.attempts, 1)
    book.markGood(idOf(1))
    assert.ok(book.isGood(idOf(1)))
    const [known] = book.entries()
    assert.deepEqual([known!.attempts, known!.lastSuccessMs], [0, clock.unixMs()])
    // An old one does not change by what others tell.
    assert.equal(book.add(at(1, '99.9.9.9'), at(2)), 'known')
    assert.deepEqual(book.entries()[0]!.address, at(1))
  })

  it('puts the oldest of a full old bucket back to the new ones', () => {
    const { book, clock } = bookOf({ routability: 'lenient', key: 'k' })
    let promoted = 0
    for (let i = 1; book.entries().every(({ kind }) => kind === 'old'); i++) {
      book.add(at(i, `10.0.${i >> 8}.${i % 256}`), at(i + 5000))
      clock.advance(10)
      book.markGood(idOf(i))
      promoted++
      assert.equal(book.size, promoted)
    }
    assert.ok(promoted > BUCKET_ADDRESSES_MAX)
    assert.equal(book.entries().filter(({ kind }) => kind === 'new').length, 1)
  })

  it('keeps who is bad away until its time is over', () => {
    const { book, clock } = bookOf()
    book.add(at(1), source)
    book.markBad(idOf(1), DAY_MS)
    assert.deepEqual([book.size, book.isBanned(idOf(1))], [0, true])
    assert.equal(book.add(at(1), source), 'banned')
    clock.advance(DAY_MS - 1)
    book.reinstate()
    assert.equal(book.size, 0)
    clock.advance(1)
    book.reinstate()
    assert.deepEqual([book.size, book.isBanned(idOf(1))], [1, false])
    book.markBad(idOf(2), DAY_MS)
    assert.equal(book.isBanned(idOf(2)), false)
  })

  it('keeps so many away; the first makes room', () => {
    const { book } = bookOf()
    for (let i = 1; i <= BAD_ADDRESSES_MAX + 1; i++) {
      book.add(at(i), source)
      book.markBad(idOf(i), DAY_MS)
      if (i === BAD_ADDRESSES_MAX) assert.ok(book.isBanned(idOf(1)))
    }
    assert.equal(book.isBanned(idOf(1)), false)
    assert.ok(book.isBanned(idOf(2)))
  })

  it('picks by the bias between new and old', () => {
    const { book } = bookOf()
    assert.equal(book.pick(50), undefined)
    for (let i = 1; i <= 40; i++) {
      book.add(at(i), at(i + 100))
      if (i % 2 === 0) book.markGood(idOf(i))
    }
    const newOnes = (bias: number) => {
      const picks = Array.from({ length: 400 }, () => book.pick(bias))
      return picks.filter((address) => address !== undefined && !book.isGood(address.id)).length
    }
    assert.equal(newOnes(100), 400)
    assert.equal(newOnes(0), 0)
    const tenth = newOnes(10)
    assert.ok(tenth > 15 && tenth < 80, `${tenth}`)
  })

  it('selects a quarter of the addresses, 32 to 250 of them, each once', () => {
    const { book } = bookOf()
    for (const [count, size] of [
      [10, 10],
      [100, 32],
      [400, 92],
      [3000, SELECTION_ADDRESSES_MAX],
    ] as const) {
      for (let i = book.size + 1; book.size < count; i++) book.add(at(i), at(i + 10_000))
      const ids = book.selection().map(({ id }) => id)
      assert.equal(ids.length, size)
      assert.equal(new Set(ids).size, size)
    }
  })

  it('selects so many new ones as the bias says, more if there are too few old ones', () => {
    const { book } = bookOf()
    for (let i = 1; i <= 200; i++) {
      book.add(at(i), at(i + 10_000))
      if (i <= 100) book.markGood(idOf(i))
    }
    const countNew = (bias: number) =>
      book.selectionWithBias(bias).filter(({ id }) => !book.isGood(id)).length
    assert.equal(book.selectionWithBias(30).length, 46)
    assert.equal(countNew(30), 14)
    assert.equal(countNew(100), 46)
    for (let i = 1; i <= 90; i++) book.remove(at(i))
    assert.equal(book.selectionWithBias(30).length, 32)
    assert.equal(countNew(0), 22)
  })

  it('stays in order whatever is done to it', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'good', 'bad', 'remove'), fc.nat(80)), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, (actions) => {
        const { book } = bookOf({ routability: 'lenient' })
        for (const [action, index] of actions) {
          if (action === 'add') book.add(at(index + 1, `10.0.0.${index + 1}`), source)
          if (action === 'good') book.markGood(idOf(index + 1))
          if (action === 'bad') book.markBad(idOf(index + 1), DAY_MS)
          if (action === 'remove') book.remove(at(index + 1))
        }
        for (const { buckets, kind } of book.entries()) {
          assert.ok(buckets.length >= 1)
          assert.ok(buckets.length <= (kind === 'old' ? 1 : NEW_BUCKETS_PER_ADDRESS_MAX))
        }
        if (book.size > 0) assert.ok([0, 50, 100].some((bias) => book.pick(bias) !== undefined))
        const copy = bookOf({ routability: 'lenient', key: book.key }).book
        copy.restore(book.entries().map((known) => ({ ...known })))
        assert.deepEqual(copy.entries(), book.entries())
      }),
      { numRuns: 50 },
    )
  })
})
