import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { flagKeys } from '@wadi/node-config/config-text'
import { faultsOfExamples } from '@wadi/node-config/testing/examples'
import { rootCommand } from './rootCommand.ts'

describe('the groups of commands', () => {
  for (const { name, summary, ...one } of rootCommand.commands)
    if ('load' in one && one.load !== undefined) {
      const { load } = one
      it(`are called in the help what they call themselves: ${name}`, async () => {
        const loaded = await load()
        assert.deepEqual([loaded.name, loaded.summary], [name, summary])
      })
    }
})

describe('the examples in the help of wadi-node', () => {
  it('are command lines of their commands; who takes operands has one', async () => {
    assert.deepEqual(await faultsOfExamples(rootCommand, flagKeys()), [])
  })
})
