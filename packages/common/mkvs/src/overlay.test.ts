import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import { Overlay } from './overlay.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { pairsWithPrefix, type State } from './state.ts'
import { createTree, type Tree } from './tree.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()
const emptyTree = (): Tree => createTree(arena, { namespace, type: ROOT_TYPE_STATE })

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x80), { maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes))
const NOTHING = fc.constant(new Uint8Array(0))
const step = fc.oneof(
  fc.tuple(fc.constant('insert' as const), key, fc.uint8Array({ maxLength: 4 })),
  fc.tuple(fc.constantFrom('remove' as const, 'removeExisting' as const), key, NOTHING),
  fc.tuple(fc.constantFrom('begin' as const, 'keep' as const, 'rollback' as const), key, NOTHING),
)
const steps = fc.array(step, { maxLength: 60 })

type Model = Map<string, string>

const sorted = (model: Model): [string, string][] =>
  [...model].sort(([a], [b]) => compareBytes(parseHex(a), parseHex(b)))

function dump(state: State): [string, string][] {
  return [...pairsWithPrefix(state, new Uint8Array(0))].map(([k, v]) => [toHex(k), toHex(v)])
}

/** Runs the steps on an overlay and on maps that are copied at each `begin`. */
function run(
  overlay: Overlay,
  start: Model,
  list: typeof steps extends fc.Arbitrary<infer T> ? T : never,
): Model {
  let model: Model = new Map(start)
  const saved: Model[] = []
  for (const [what, k, v] of list) {
    if (what === 'begin') {
      overlay.begin()
      saved.push(new Map(model))
    } else if (what === 'keep') {
      if (saved.pop() !== undefined) overlay.keep()
    } else if (what === 'rollback') {
      const before = saved.pop()
      if (before === undefined) continue
      overlay.rollback()
      model = before
    } else if (what === 'insert') {
      overlay.insert(k, v)
      model.set(toHex(k), toHex(v))
    } else {
      const value = model.get(toHex(k))
      if (what === 'remove') overlay.remove(k)
      else assert.equal(mapHex(overlay.removeExisting(k)), value)
      model.delete(toHex(k))
    }
    assert.equal(mapHex(overlay.get(k)), model.get(toHex(k)))
  }
  assert.deepEqual(dump(overlay), sorted(model))
  while (saved.pop() !== undefined) overlay.keep()
  return model
}

const mapHex = (bytes: Uint8Array | undefined): string | undefined => bytes && toHex(bytes)

describe('an overlay', () => {
  it('behaves like a map with snapshots, and so does an overlay over an overlay', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, key)), steps, steps, (pairs, outer, inner) => {
        const tree = emptyTree()
        for (const [k, v] of pairs) tree.insert(k, v)
        const start: Model = new Map(dump(tree))
        const lower = new Overlay(arena, tree)
        const middle = run(lower, start, outer)
        assert.deepEqual(dump(tree), sorted(start))
        const upper = new Overlay(arena, lower)
        const final = run(upper, middle, inner)
        assert.deepEqual(dump(lower), sorted(middle))
        upper.commit()
        assert.deepEqual(dump(lower), sorted(final))
        lower.commit()
        assert.deepEqual(dump(tree), sorted(final))
        for (const used of [upper, lower, tree]) used.dispose()
      }),
      { numRuns: 300 },
    )
    assert.equal(arena.bytesInUse, 0)
  })

  it('leaves no trace in the write log of what was rolled back, and keeps unchanged writes', () => {
    const tree = emptyTree()
    tree.insert(toUtf8('same'), toUtf8('1'))
    tree.takeWriteLog()
    const overlay = new Overlay(arena, tree)
    overlay.begin()
    overlay.insert(toUtf8('gone'), toUtf8('2'))
    overlay.rollback()
    overlay.insert(toUtf8('same'), toUtf8('1'))
    overlay.remove(toUtf8('never there'))
    overlay.commit()
    assert.deepEqual(tree.takeWriteLog(), [[toUtf8('same'), toUtf8('1')]])
    overlay.dispose()
    tree.dispose()
  })

  it('tells its changes in the order of the keys, and keeps them', () => {
    const tree = emptyTree()
    tree.insert(toUtf8('b'), toUtf8('1'))
    const overlay = new Overlay(arena, tree)
    overlay.insert(toUtf8('c'), toUtf8('3'))
    overlay.remove(toUtf8('b'))
    overlay.insert(toUtf8('a'), toUtf8(''))
    const told = [...overlay.changes()]
    assert.deepEqual(told, [
      [toUtf8('a'), toUtf8('')],
      [toUtf8('b'), undefined],
      [toUtf8('c'), toUtf8('3')],
    ])
    assert.deepEqual([...overlay.changes()], told)
    assert.deepEqual(dump(tree), [['62', '31']])
  })

  it('drops everything on demand', () => {
    const tree = emptyTree()
    const overlay = new Overlay(arena, tree)
    overlay.begin()
    overlay.insert(toUtf8('a'), toUtf8('1'))
    overlay.discard()
    assert.equal(overlay.get(toUtf8('a')), undefined)
    overlay.commit()
    assert.deepEqual(dump(tree), [])
    overlay.dispose()
    tree.dispose()
  })

  it('sees changes made behind the cursor', () => {
    const tree = emptyTree()
    for (const text of ['a', 'c', 'e']) tree.insert(toUtf8(text), toUtf8(text))
    const overlay = new Overlay(arena, tree)
    const cursor = overlay.cursor()
    cursor.seek(toUtf8('a'))
    overlay.insert(toUtf8('b'), toUtf8('b'))
    overlay.remove(toUtf8('c'))
    const seen: string[] = []
    for (; cursor.key !== undefined; cursor.next()) seen.push(toHex(cursor.key))
    assert.deepEqual(seen, ['61', '62', '65'])
    overlay.dispose()
    tree.dispose()
  })

  it('does not lose count of begin, keep and rollback', () => {
    const tree = emptyTree()
    const overlay = new Overlay(arena, tree)
    assert.throws(() => overlay.keep(), { name: 'BugError' })
    assert.throws(() => overlay.rollback(), { name: 'BugError' })
    overlay.begin()
    assert.throws(() => overlay.commit(), { name: 'BugError' })
    overlay.dispose()
    tree.dispose()
  })
})
