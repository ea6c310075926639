import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MissingFactError, Remembered } from './remembered.ts'

function counting(countMax: number) {
  const loaded: bigint[] = []
  const load = async (height: bigint) => {
    loaded.push(height)
    return `fact ${height}`
  }
  return { loaded, facts: new Remembered({ name: 'the fact', countMax, load }) }
}

describe('facts that are remembered', () => {
  it('are missed at first, and here when they were fetched', async () => {
    const { facts, loaded } = counting(2)
    const missed = (): MissingFactError => {
      try {
        facts.at(7n)
      } catch (error) {
        if (error instanceof MissingFactError) return error
      }
      return assert.fail('it is not missed')
    }
    await missed().load()
    assert.equal(facts.at(7n), 'fact 7')
    assert.equal(await facts.load(7n), 'fact 7')
    assert.deepEqual(loaded, [7n])
  })

  it('are so many, and no more: what was not asked for the longest goes', async () => {
    const { facts, loaded } = counting(2)
    await facts.load(1n)
    await facts.load(2n)
    assert.equal(facts.at(1n), 'fact 1')
    await facts.load(3n)
    assert.equal(facts.at(1n), 'fact 1')
    assert.throws(() => facts.at(2n), MissingFactError)
    assert.deepEqual(loaded, [1n, 2n, 3n])
  })
})
