import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { networkCommand } from './commands/answer.ts'
import { networkFlags } from './networkFlags.ts'

/** What a command says that ends with an error. */
function said(error: unknown): Promise<unknown> {
  const failing = networkCommand<typeof networkFlags>({
    name: 'failing',
    summary: 'it fails',
    options: networkFlags,
    run: () => Promise.reject(error),
  })
  const flags = { folder: 'network', output: 'text' }
  const call = { flags, given: new Set<string>(), operands: [] }
  const world = { out: { write: () => true }, err: { write: () => true }, environment: {} }
  return Promise.resolve(failing.run(call as never, world)).catch((thrown: unknown) => thrown)
}

describe('a command of a local network', () => {
  it('tells of an upgrade what can be done, in a sentence', async () => {
    const stop = new StopForUpgrade('reached the epoch of an upgrade: some-upgrade')
    const next = new UnavailableError('upgrade.wrongProgram', 'another program is needed')
    const one = new UnavailableError('upgrade.wrongProgram', 'remove a file', { cause: next })
    for (const [error, why, first] of [
      [stop, stop.message, 'start it again if '],
      [next, next.message, 'go back '],
      [one, next.message, 'go back '],
    ] as const) {
      const thrown = await said(error)
      assert.ok(thrown instanceof UnavailableError)
      assert.equal(thrown.reason, 'localnet.upgrade')
      assert.ok(
        thrown.message.startsWith(`the network has come to an upgrade (${why}): ${first}`),
        thrown.message,
      )
      assert.match(thrown.message, /rewind --height .* restore .* --fresh/)
    }
  })

  it('tells of everything else as it is', async () => {
    const other = new UnavailableError('localnet.node', 'node-0 ended')
    assert.equal(await said(other), other)
  })
})
