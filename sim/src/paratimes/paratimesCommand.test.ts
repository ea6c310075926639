import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { parseCommand } from '../command.ts'

describe('the command for ParaTimes', () => {
  it('runs ParaTimes when it is told to', () => {
    assert.equal(parseCommand([]).paratimes, undefined)
    const args = ['--paratimes', '--executors', '5', '--byzantine', '2', '--minutes', '1']
    assert.deepEqual(parseCommand(args).paratimes, { executors: 5, byzantine: 2, minutes: 1 })
    assert.deepEqual(parseCommand(['--paratimes', '--costs']).which, { kind: 'costs' })
    for (const bad of [
      ['--costs'],
      ['--paratimes', '--executors', '2'],
      ['--paratimes', '--executors', '8'],
      ['--paratimes', '--executors', '3', '--byzantine', '3'],
      ['--paratimes', '--validators', '4'],
      ['--executors', '4'],
    ])
      assert.throws(() => parseCommand(bad), CodedError, bad.join(' '))
  })
})
