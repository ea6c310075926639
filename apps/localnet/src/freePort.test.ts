import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { PortChooser } from './freePort.ts'

describe('free ports', () => {
  it('are others where the usual one is taken, and never the same twice', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    const chooser = new PortChooser()
    const first = await chooser.choose(address.port)
    const second = await chooser.choose(address.port)
    assert.notEqual(first, address.port)
    assert.notEqual(second, first)
    server.close()
  })
})
