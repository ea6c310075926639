import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { hashOfBytes } from '@wadi/primitives/hash'
import fc from 'fast-check'
import { GOOD, input, TestPool } from '../testing/testPool.ts'
import { transactionsOf } from './mainQueue.ts'
import { seenOf } from './seenCache.ts'

/** After so long the network has forgotten a message. */
const REPUBLISHED_MS = 125_000

const name = fc.constantFrom(...'abcdefgh')
const change = fc.oneof(
  fc.record({
    kind: fc.constant('submit' as const),
    name,
    origin: fc.constantFrom('local' as const, 'remote' as const),
  }),
  fc.record({ kind: fc.constantFrom('use' as const, 'reject' as const), name }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(200_000), fails: fc.boolean() }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

describe('transactions of a pool', () => {
  it('reach everybody, and none twice within two minutes but where that had failed', () => {
    const check = (changes: readonly Change[]) => {
      const pool = TestPool.ready()
      /** When others were told last. */
      const toldMs = new Map<string, number>()
      const publishUntil = (endMs: number, fails: boolean) => {
        for (let atMs = pool.state.publishAtMs; atMs !== undefined && atMs <= endMs; ) {
          pool.nowMs = atMs
          const before = pool.all('publish').length
          pool.give({ kind: 'timeout', timer: 'publish' })
          const told = pool.all('publish').slice(before)
          const hashes = told.flatMap(({ transactions }) => transactions.map(({ hash }) => hash))
          if (fails && hashes.length > 0) pool.give({ kind: 'publish-failed', hashes })
          for (const key of fails ? [] : hashes.map(toHex)) {
            assert.ok(atMs - (toldMs.get(key) ?? -REPUBLISHED_MS) >= REPUBLISHED_MS, 'not twice')
            toldMs.set(key, atMs)
          }
          atMs = pool.state.publishAtMs
        }
        pool.nowMs = endMs
      }
      for (const each of changes) {
        if (each.kind === 'wait') {
          publishUntil(pool.nowMs + each.ms, each.fails)
          continue
        }
        const hash = hashOfBytes(input(each.name))
        const key = toHex(hash)
        if (each.kind === 'submit') {
          const isKnown = seenOf(pool.state.seen, key) !== undefined
          pool.submit(each.name, { origin: each.origin })
          if (isKnown) continue
          pool.check(GOOD)
          if (each.origin === 'remote') toldMs.set(key, pool.nowMs)
        } else {
          if (each.kind === 'reject') toldMs.delete(key)
          pool.give({ kind: each.kind, hashes: [hash] })
        }
      }
      publishUntil(pool.nowMs + REPUBLISHED_MS, false)
      for (const { key } of transactionsOf(pool.state.main)) {
        const ms = toldMs.get(key)
        assert.ok(ms !== undefined && pool.nowMs - ms <= REPUBLISHED_MS, 'all are told')
      }
    }
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), check))
  })
})
