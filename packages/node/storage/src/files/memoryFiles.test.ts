import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readWhole } from './fileSystem.ts'
import { MemoryFiles } from './memoryFiles.ts'

type Step =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'sync' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    position: fc.nat(40),
    bytes: fc.uint8Array({ maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(40) }),
  fc.record({ kind: fc.constant('sync' as const) }),
)

/** The file as a plain list of bytes. */
function applied(before: readonly number[], one: Step): readonly number[] {
  if (one.kind === 'truncate') return before.slice(0, one.size)
  if (one.kind === 'sync') return before
  const after = [...before]
  while (after.length < one.position) after.push(0)
  for (const [i, byte] of one.bytes.entries()) after[one.position + i] = byte
  return after
}

describe('a disk in memory', () => {
  it('holds what was written, and after a power cut what was synced', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const files = new MemoryFiles()
        const file = files.openWrite('file')
        files.syncFolder('.')
        let seen: readonly number[] = []
        let synced: readonly number[] = []
        for (const one of steps) {
          if (one.kind === 'write') file.write([one.bytes], one.position)
          else if (one.kind === 'truncate') file.truncate(one.size)
          else file.sync()
          seen = applied(seen, one)
          if (one.kind === 'sync') synced = seen
          assert.deepEqual([...readWhole(files, 'file')], seen)
        }
        files.cutPower(() => 0)
        assert.deepEqual([...readWhole(files, 'file')], synced)
      }),
    )
  })

  it('gives back after a power cut whatever survived, again and again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const files = new MemoryFiles()
        const file = files.openWrite('file')
        files.syncFolder('.')
        for (const one of steps) if (one.kind === 'write') file.write([one.bytes], one.position)
        // Every write survives as a whole.
        files.cutPower(() => 1)
        const survived = readWhole(files, 'file')
        const whole = steps.filter(({ kind }) => kind === 'write').reduce(applied, [])
        assert.deepEqual([...survived], whole)
        files.cutPower(() => 0)
        assert.deepEqual(readWhole(files, 'file'), survived)
      }),
    )
  })

  it('loses a file whose folder was not synced, whichever other one was', () => {
    const files = new MemoryFiles()
    for (const path of ['a/file', 'b/file', 'b/moved']) files.openWrite(path).sync()
    files.rename('b/moved', 'a/moved')
    files.syncFolder('a')
    files.cutPower(() => 0)
    assert.deepEqual(files.list('a'), ['file', 'moved'])
    assert.deepEqual(files.list('b'), [])
  })

  it('says how much memory its files take, with what a power cut would take back', () => {
    const files = new MemoryFiles()
    const file = files.openWrite('file')
    const bytes = new Uint8Array(1000)
    file.write([bytes], 0)
    assert.equal(files.heldBytes, 2000)
    file.write([bytes], 0)
    assert.equal(files.heldBytes, 1000 + 1000 + 2000)
    file.sync()
    assert.equal(files.heldBytes, 1000)
    files.remove('file')
    assert.equal(files.heldBytes, 1000, 'it may come back')
    files.syncFolder('.')
    assert.equal(files.heldBytes, 0)
  })
})
