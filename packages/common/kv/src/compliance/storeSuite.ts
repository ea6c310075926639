/** What every key-value store promises, whether it answers at once or makes its shell wait. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import fc from 'fast-check'
import type { Entry, KeyRange, Operation, RangeQuery, WriteOptions } from '../contract.ts'
import { BATCH_OPERATIONS_MAX, KEY_SIZE_MAX, SNAPSHOTS_MAX, VALUE_SIZE_MAX } from '../limits.ts'
import { isAboveLower, isBelowUpper } from '../range.ts'

type Later<T> = T | Promise<T>

/** Reading as this suite does it. */
export interface ReaderUnderTest {
  get(key: Uint8Array): Uint8Array | undefined
  range(query?: RangeQuery): Iterable<Entry> | AsyncIterable<Entry>
}

/** A store as this suite uses it: `Store`, or the same with waiting. */
export interface StoreUnderTest extends ReaderUnderTest {
  write(operations: readonly Operation[], options?: WriteOptions): Later<void>
  snapshot(): ReaderUnderTest & { close(): Later<void> }
  close(): Later<void>
}

/** Makes one empty store. The suite closes it; what else there is to tidy up is the maker's. */
export type MakeStore = () => Later<StoreUnderTest>

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const put = (key: Uint8Array, value: Uint8Array): Operation => ({ kind: 'put', key, value })
const remove = (key: Uint8Array): Operation => ({ kind: 'delete', key })
const removeRange = (range: KeyRange): Operation => ({ kind: 'delete-range', range })

async function entries(reader: ReaderUnderTest, query?: RangeQuery): Promise<Entry[]> {
  const found: Entry[] = []
  for await (const entry of reader.range(query)) found.push(entry)
  return found
}

async function keys(reader: ReaderUnderTest, query?: RangeQuery): Promise<number[]> {
  return (await entries(reader, query)).map(({ key }) => key[0]!)
}

async function refuses(action: () => unknown, reason: string): Promise<void> {
  await assert.rejects(
    async () => action(),
    (error) => {
      assert.ok(error instanceof CodedError || error instanceof UnavailableError, String(error))
      assert.equal(error.reason, reason)
      return true
    },
  )
}

function describeReads(make: MakeStore): void {
  const filled = async (): Promise<StoreUnderTest> => {
    const store = await make()
    const operations = [3, 1, 5, 2, 4].map((k) => put(bytes(k), bytes(10 * k)))
    await store.write(operations)
    return store
  }

  it('gets what was put, and undefined for what was not', async () => {
    const store = await filled()
    assert.deepEqual(Uint8Array.from(store.get(bytes(3))!), bytes(30))
    assert.equal(store.get(bytes(9)), undefined)
    await store.close()
  })

  it('ranges forward and in reverse, between bounds of all four kinds, up to a limit', async () => {
    const store = await filled()
    const cases: readonly (readonly [RangeQuery, readonly number[]])[] = [
      [{}, [1, 2, 3, 4, 5]],
      [{ order: 'reverse' }, [5, 4, 3, 2, 1]],
      [{ gt: bytes(2), lt: bytes(4) }, [3]],
      [{ gte: bytes(2), lte: bytes(4) }, [2, 3, 4]],
      [{ gte: bytes(2), lte: bytes(4), order: 'reverse' }, [4, 3, 2]],
      [{ gt: bytes(1, 0), limit: 2 }, [2, 3]],
      [{ lt: bytes(4), order: 'reverse', limit: 2 }, [3, 2]],
      [{ limit: 0 }, []],
      [{ gte: bytes(4), lt: bytes(2) }, []],
    ]
    for (const [query, expected] of cases) assert.deepEqual(await keys(store, query), expected)
    await store.close()
  })

  it('holds an empty key and an empty value', async () => {
    const store = await make()
    await store.write([put(bytes(), bytes()), put(bytes(1), bytes())])
    assert.equal(store.get(bytes())?.length, 0)
    assert.deepEqual(
      (await entries(store)).map(({ key }) => key.length),
      [0, 1],
    )
    await store.write([remove(bytes())])
    assert.equal(store.get(bytes()), undefined)
    await store.close()
  })

  it('keeps a range as it was when it was asked for, while writes go on', async () => {
    const store = await filled()
    const range = store.range()
    await store.write([removeRange({}), put(bytes(9), bytes())])
    const seen: number[] = []
    for await (const { key } of range) seen.push(key[0]!)
    assert.deepEqual(seen, [1, 2, 3, 4, 5])
    assert.deepEqual(await keys(store), [9])
    await store.close()
  })
}

function describeWrites(make: MakeStore): void {
  it('applies the steps of a batch in their order', async () => {
    const store = await make()
    await store.write([put(bytes(1), bytes(1)), put(bytes(2), bytes(1)), put(bytes(8), bytes(8))])
    await store.write([
      put(bytes(3), bytes(3)),
      removeRange({ gte: bytes(2), lt: bytes(4) }),
      put(bytes(2), bytes(2)),
      remove(bytes(1)),
      put(bytes(1), bytes(7)),
      put(bytes(5), bytes(5)),
      remove(bytes(5)),
    ])
    assert.deepEqual(
      (await entries(store)).map(({ key, value }) => [key[0], value[0]]),
      [
        [1, 7],
        [2, 2],
        [8, 8],
      ],
    )
    await store.close()
  })

  it('applies nothing of a batch when one of its steps is refused', async () => {
    const store = await make()
    const tooLong = new Uint8Array(KEY_SIZE_MAX + 1)
    await refuses(
      () => store.write([put(bytes(1), bytes(1)), put(tooLong, bytes())]),
      'kv.keyTooLong',
    )
    assert.deepEqual(await entries(store), [])
    await store.close()
  })

  it('shows batches in the order in which they were handed over', async () => {
    const store = await make()
    const writes = [1, 2, 3].map((v) =>
      store.write([put(bytes(1), bytes(v))], { durability: 'buffered' }),
    )
    await Promise.all(writes)
    assert.equal(store.get(bytes(1))?.[0], 3)
    await store.close()
  })

  it('writes with either durability and with an empty batch', async () => {
    const store = await make()
    await store.write([])
    await store.write([put(bytes(1), bytes(1))], { durability: 'sync' })
    await store.write([put(bytes(2), bytes(2))], { durability: 'buffered' })
    assert.deepEqual(await keys(store), [1, 2])
    await store.close()
  })

  it('does not keep the buffers of the caller', async () => {
    const store = await make()
    const key = bytes(1)
    const value = bytes(1)
    await store.write([put(key, value)])
    key[0] = 2
    value[0] = 2
    assert.equal(store.get(bytes(1))?.[0], 1)
    await store.close()
  })
}

function describeLimits(make: MakeStore): void {
  it('holds a key and a value of the greatest size and refuses one byte more', async () => {
    const store = await make()
    const key = new Uint8Array(KEY_SIZE_MAX)
    const value = new Uint8Array(VALUE_SIZE_MAX)
    await store.write([put(key, value)], { durability: 'buffered' })
    assert.equal(store.get(key)?.length, VALUE_SIZE_MAX)
    const longer = new Uint8Array(VALUE_SIZE_MAX + 1)
    await refuses(() => store.write([put(key, longer)]), 'kv.valueTooLong')
    await refuses(() => store.get(new Uint8Array(KEY_SIZE_MAX + 1)), 'kv.keyTooLong')
    await store.close()
  })

  it('takes a batch of the greatest length and refuses one operation more', async () => {
    const store = await make()
    const operations: Operation[] = new Array(BATCH_OPERATIONS_MAX).fill(remove(bytes(1)))
    await store.write(operations, { durability: 'buffered' })
    operations.push(remove(bytes(1)))
    await refuses(() => store.write(operations), 'kv.batchTooLarge')
    await store.close()
  })

  it('opens as many snapshots as allowed and refuses one more until one is closed', async () => {
    const store = await make()
    const snapshots = Array.from({ length: SNAPSHOTS_MAX }, () => store.snapshot())
    await refuses(() => store.snapshot(), 'kv.tooManySnapshots')
    await snapshots.pop()?.close()
    await store.snapshot().close()
    await store.close()
  })

  it('refuses a range with two bounds on one side, and a limit that is no count', async () => {
    const store = await make()
    const key = bytes(1)
    await refuses(() => store.range({ gt: key, gte: key }), 'kv.badRange')
    await refuses(() => store.range({ lt: key, lte: key }), 'kv.badRange')
    await refuses(() => store.range({ limit: -1 }), 'kv.badRange')
    await refuses(() => store.write([removeRange({ gt: key, gte: key })]), 'kv.badRange')
    await store.close()
  })
}

function describeLife(make: MakeStore): void {
  it('keeps a snapshot as it was, while writes go on', async () => {
    const store = await make()
    await store.write([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))])
    const snapshot = store.snapshot()
    await store.write([put(bytes(1), bytes(9)), remove(bytes(2)), put(bytes(3), bytes(3))])
    assert.deepEqual(await keys(snapshot), [1, 2])
    assert.equal(snapshot.get(bytes(1))?.[0], 1)
    assert.equal(snapshot.get(bytes(3)), undefined)
    assert.deepEqual(await keys(store), [1, 3])
    await snapshot.close()
    await refuses(() => snapshot.get(bytes(1)), 'kv.closed')
    await store.close()
  })

  it('refuses every use after it was closed, and closing twice does nothing', async () => {
    const store = await make()
    const snapshot = store.snapshot()
    await store.close()
    await store.close()
    await refuses(() => store.get(bytes(1)), 'kv.closed')
    await refuses(() => store.range(), 'kv.closed')
    await refuses(() => store.write([]), 'kv.closed')
    await refuses(() => store.snapshot(), 'kv.closed')
    await refuses(() => snapshot.get(bytes(1)), 'kv.closed')
  })
}

/** The naïve model: every entry in one list, sorted when asked. */
class ModelStore {
  readonly #entries = new Map<string, Entry>()

  apply(operation: Operation): void {
    if (operation.kind === 'put') this.#entries.set(String(operation.key), operation)
    if (operation.kind === 'delete') this.#entries.delete(String(operation.key))
    if (operation.kind !== 'delete-range') return
    const { range } = operation
    for (const [name, { key }] of this.#entries)
      if (isAboveLower(range, key) && isBelowUpper(range, key)) this.#entries.delete(name)
  }

  range(query: RangeQuery): Entry[] {
    const found = Array.from(this.#entries.values())
      .filter(({ key }) => isAboveLower(query, key) && isBelowUpper(query, key))
      .sort((a, b) => compareBytes(a.key, b.key))
    if (query.order === 'reverse') found.reverse()
    return found.slice(0, query.limit)
  }
}

const plain = (found: readonly Entry[]): string =>
  found.map(({ key, value }) => `${toHex(key)}=${toHex(value)}`).join(' ')

const keyArbitrary = fc.uint8Array({ maxLength: 2 }).map((key) => key.map((byte) => byte % 6))
const boundArbitrary = <L extends string, K extends string>(loose: L, strict: K) =>
  fc.oneof(
    fc.constant({}),
    keyArbitrary.map((key) => ({ [loose]: key })),
    keyArbitrary.map((key) => ({ [strict]: key })),
  )
const rangeArbitrary: fc.Arbitrary<KeyRange> = fc
  .tuple(boundArbitrary('gte', 'gt'), boundArbitrary('lte', 'lt'))
  .map(([lower, upper]) => ({ ...lower, ...upper }))
const queryArbitrary: fc.Arbitrary<RangeQuery> = fc
  .tuple(
    rangeArbitrary,
    fc.record(
      { order: fc.constantFrom('forward', 'reverse'), limit: fc.nat(5) },
      { requiredKeys: [] },
    ),
  )
  .map(([range, rest]) => ({ ...range, ...rest }))
const operationArbitrary: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(keyArbitrary, fc.uint8Array({ maxLength: 3 })).map(([k, v]) => put(k, v)),
  },
  { weight: 3, arbitrary: keyArbitrary.map(remove) },
  { weight: 1, arbitrary: rangeArbitrary.map(removeRange) },
)

function describeModel(make: MakeStore): void {
  it('agrees with a sorted list through any batches, ranges and snapshots', async () => {
    const store = await make()
    const batch = fc.array(operationArbitrary, { maxLength: 12 })
    const property = fc.asyncProperty(
      batch,
      batch,
      queryArbitrary,
      async (before, after, query) => {
        const model = new ModelStore()
        const start = removeRange({})
        await store.write([start, ...before], { durability: 'buffered' })
        for (const operation of before) model.apply(operation)
        const expected = plain(model.range(query))
        const snapshot = store.snapshot()
        await store.write(after, { durability: 'buffered' })
        assert.equal(plain(await entries(snapshot, query)), expected)
        await snapshot.close()
        for (const operation of after) model.apply(operation)
        assert.equal(plain(await entries(store, query)), plain(model.range(query)))
        for (const { key, value } of model.range({}))
          assert.deepEqual(Uint8Array.from(store.get(key)!), value)
      },
    )
    await fc.assert(property, { numRuns: 100 })
    await store.close()
  })
}

/** Runs the whole suite against the stores that `make` makes. */
export function describeStore(name: string, make: MakeStore): void {
  describe(`the key-value store ${name}`, () => {
    describeReads(make)
    describeWrites(make)
    describeLimits(make)
    describeLife(make)
    describeModel(make)
  })
}
