import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runWords } from '../testing/runWords.ts'
import { iasCommands } from './iasCommands.ts'

describe('ias proxy', () => {
  it('is refused with what, why and what next', async () => {
    const words = ['proxy', '--ias.spid', '00', '--grpc.port', '9001', '--ias.production']
    const { code, out, err } = await runWords(iasCommands, ...words)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^Error: ias proxy is not supported: .* has ended, .*; .* keep oasis-node, /)
  })
})
