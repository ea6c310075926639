import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { describe, it } from 'node:test'
import { freePorts, PortChooser } from './freePorts.ts'
import { PORT_TRIES } from './limits.ts'

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

describe('free ports', () => {
  it('are the next ones where the usual one is taken, and never the same twice', async () => {
    const [usual = 0] = await freePorts(1)
    const server = await listen(usual)
    const chooser = new PortChooser()
    const first = await chooser.choose(usual)
    const second = await chooser.choose(usual)
    assert.ok(first > usual && second > first && second < usual + PORT_TRIES, `${first} ${second}`)
    server.close()
  })

  it('are not the usual ones where many networks begin at the same moment', async () => {
    const [usual = 0] = await freePorts(1)
    const chooser = new PortChooser('any')
    for (let i = 0; i < 3; i++) assert.notEqual(await chooser.choose(usual), usual)
  })

  it('are kept where they still are free, so that no other takes their place', async () => {
    const [kept = 0, taken = 0] = await freePorts(2)
    const server = await listen(taken)
    const chooser = new PortChooser()
    assert.deepEqual([await chooser.take(kept), await chooser.take(taken)], [true, false])
    assert.equal(await chooser.take(kept), false)
    assert.notEqual(await chooser.choose(kept), kept)
    server.close()
  })

  it('are many at once, none twice, and can be listened at', async () => {
    const ports = await freePorts(20)
    assert.equal(new Set(ports).size, 20)
    for (const server of await Promise.all(ports.map(listen))) server.close()
  })
})
