import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Overlay, type Store } from './overlay.ts'

/** As simple as can be: all pairs by the text of their keys. */
class PlainStore implements Store {
  readonly all = new Map<string, readonly [Uint8Array, Uint8Array]>()
  get = (key: Uint8Array) => this.all.get(toHex(key))?.[1]
  insert = (key: Uint8Array, value: Uint8Array) => void this.all.set(toHex(key), [key, value])
  remove = (key: Uint8Array) => void this.all.delete(toHex(key))
  pairs = (prefix: Uint8Array) =>
    [...this.all.values()]
      .filter(([key]) => toHex(key).startsWith(toHex(prefix)))
      .sort(([a], [b]) => compareBytes(a, b))
}

const key = fc.uint8Array({ maxLength: 3, max: 3 })
const change = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), key, value: fc.uint8Array({ maxLength: 4 }) }),
  fc.record({ kind: fc.constant('remove' as const), key }),
)

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function apply(store: Store, changes: readonly Change[]): void {
  for (const one of changes) {
    if (one.kind === 'insert') store.insert(one.key, one.value)
    else store.remove(one.key)
  }
}

describe('Overlay', () => {
  it('shows what a plain store shows, level upon level', () => {
    const levels = fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), levels, key, (first, more, prefix) => {
        const plain = new PlainStore()
        const base = new PlainStore()
        apply(plain, first)
        apply(base, first)
        const overlays: Overlay[] = []
        for (const changes of more) {
          const overlay: Overlay = new Overlay(overlays.at(-1) ?? base)
          apply(plain, changes)
          apply(overlay, changes)
          overlays.push(overlay)
        }
        const top = overlays.at(-1) ?? base
        assert.deepEqual(top.pairs(prefix), plain.pairs(prefix))
        assert.deepEqual(top.get(prefix), plain.get(prefix))
        for (const overlay of overlays.toReversed()) {
          overlay.commit(overlays[overlays.indexOf(overlay) - 1] ?? base)
        }
        assert.deepEqual(base.pairs(new Uint8Array(0)), plain.pairs(new Uint8Array(0)))
      }),
    )
  })

  it('counts keys and values that were written, and keys that were removed', () => {
    const base = new PlainStore()
    base.insert(Uint8Array.of(1), Uint8Array.of(1, 2))
    const overlay = new Overlay(base)
    assert.equal(overlay.hasChanges, false)
    assert.equal(overlay.changedBytes, 0)
    overlay.insert(Uint8Array.of(1), Uint8Array.of(1, 2))
    assert.equal(overlay.changedBytes, 3)
    overlay.remove(Uint8Array.of(1))
    overlay.remove(Uint8Array.of(7, 7, 7))
    assert.equal(overlay.changedBytes, 4)
    assert.ok(overlay.hasChanges)
  })
})
