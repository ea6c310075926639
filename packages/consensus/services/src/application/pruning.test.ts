import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decidePruning, pruningOf } from './pruning.ts'

const keep = (kept: bigint) => pruningOf('keep_n', kept)

describe('pruning', () => {
  it('is named in the configuration, in any case, and keeps at least one version more', () => {
    assert.deepEqual(pruningOf('none', 0n), { strategy: 'none' })
    assert.deepEqual(pruningOf('Keep_N', 1n), { strategy: 'keep_n', kept: 1n })
    assert.throws(() => pruningOf('keep_n', 0n), { reason: 'pruning.tooFewKept' })
    assert.throws(() => pruningOf('some', 5n), { reason: 'pruning.unknownStrategy' })
  })

  it('does nothing with none, in an empty database, and while there is too little', () => {
    const versions = { earliest: 1n, latest: 9n }
    assert.equal(decidePruning(pruningOf('none', 0n), versions, []), undefined)
    assert.equal(decidePruning(keep(2n), { earliest: undefined, latest: 9n }, []), undefined)
    assert.equal(decidePruning(keep(10n), versions, []), undefined)
  })

  it('lets all versions go that are more than so many before the last one', () => {
    const decide = (kept: bigint) => decidePruning(keep(kept), { earliest: 3n, latest: 9n }, [])
    assert.deepEqual(decide(1n), { from: 3n, to: 8n })
    assert.deepEqual(decide(6n), { from: 3n, to: 3n })
    assert.deepEqual(decide(9n), { from: 3n, to: 3n })
  })

  it('stops at the first version that somebody needs', () => {
    const versions = { earliest: 3n, latest: 9n }
    const needs = (first: bigint) => (version: bigint) => version >= first
    assert.deepEqual(decidePruning(keep(1n), versions, [needs(7n), needs(5n)]), {
      from: 3n,
      to: 5n,
    })
    assert.deepEqual(decidePruning(keep(1n), versions, [needs(0n)]), { from: 3n, to: 3n })
    assert.deepEqual(decidePruning(keep(1n), versions, [needs(9n)]), { from: 3n, to: 8n })
  })

  it('never takes what is to be kept or is needed, and goes on where it stopped', () => {
    const small = fc.bigInt({ min: 1n, max: 30n })
    fc.assert(
      fc.property(small, small, small, small, (earliest, more, kept, needed) => {
        const latest = earliest + more
        const decide = (from: bigint, veto: bigint) =>
          decidePruning(keep(kept), { earliest: from, latest }, [(version) => version >= veto])
        const first = decide(earliest, needed)
        if (first === undefined) return assert.ok(latest < kept)
        assert.ok(first.from === earliest && first.to >= earliest)
        assert.ok(first.to === earliest || (first.to <= latest - kept && first.to <= needed))
        const rest = decide(first.to, latest)
        assert.deepEqual(rest, { from: first.to, to: decide(earliest, latest)!.to })
      }),
    )
  })
})
