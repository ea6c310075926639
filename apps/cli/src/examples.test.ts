import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localnetCommands } from '@wadi/localnet/commands'
import { faultsOfExamples } from '@wadi/node-config/testing/examples'
import { wadiCommands } from './wadiCommands.ts'

describe('the examples in the help of wadi', () => {
  it('are command lines of their commands; who takes operands has one', async () => {
    assert.deepEqual(await faultsOfExamples(wadiCommands), [])
  })

  it('are found out if they are none', async () => {
    const bad = { ...localnetCommands, name: 'wadi', examples: ['wadi stop --fast', 'wade status'] }
    const faults = await faultsOfExamples(bad)
    assert.match(faults.join('\n'), /wadi stop --fast: .*unknown flag: --fast/)
    assert.match(faults.join('\n'), /wade status: is of another program/)
    assert.match(faults.join('\n'), /wadi localnet stop: is of another command/)
  })
})
