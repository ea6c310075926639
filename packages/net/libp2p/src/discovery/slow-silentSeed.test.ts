import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { LIGHT_SERVICE, protocolOf } from '../names.ts'
import { CHAIN } from '../testing/startLoopback.ts'
import { TestNetworks, until } from '../testing/testNetworks.ts'
import { knownTo, startSeed } from '../testing/testSeed.ts'

const PROTOCOL = protocolOf(CHAIN, LIGHT_SERVICE)

describe('a node that is a seed', () => {
  it('is found although a seed of another network has the same key', async () => {
    const { seed, at } = await startSeed()
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const seeds = [{ ...at, address: { ...at.address, port: BigInt(port) } }, at]
    try {
      await using networks = new TestNetworks()
      const server = await networks.start('server', { seeds })
      server.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
      await until(() => knownTo(seed).length > 0)
      const client = await networks.start('client', { seeds })
      client.want(PROTOCOL, LIGHT_SERVICE.wanted)
      await until(() => client.peersOf(PROTOCOL).length > 0)
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
      await seed.stop()
    }
  })
})
