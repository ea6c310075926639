import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { PortChooser } from './freePort.ts'
import { PORT_TRIES } from './limits.ts'

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

  it('are not the usual ones where many networks begin at the same moment', async () => {
    const chooser = new PortChooser('any')
    const ports = [await chooser.choose(1), await chooser.choose(1), await chooser.choose(1)]
    const usual = await new PortChooser().choose(ports[0]!)
    assert.ok(usual < ports[0]! + PORT_TRIES, `${usual}`)
    const [low = 0, , high = 0] = ports.toSorted((a, b) => a - b)
    assert.ok(high - low > PORT_TRIES, `${ports}`)
  })
})
