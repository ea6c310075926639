import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createNetwork, type LocalNetwork, withRemedy } from './createNetwork.ts'
import { BEGIN_TRIES } from './limits.ts'
import { type MovedPort, movePorts, withPorts } from './movePorts.ts'
import { openNetworkFiles } from './networkFiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-moved-'))
after(() => rmSync(folder, { recursive: true }))

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function reach({ nodes }: LocalNetwork, name: string, height: bigint): Promise<void> {
  const { client } = nodes.find((node) => node.name === name)!
  for await (const block of client.consensus.watchBlocks()) if (block.height >= height) return
}

const planOf = (place: string) => JSON.parse(readFileSync(join(place, 'network.json'), 'utf8'))

describe('ports that another program has', () => {
  it('are replaced at the next start, wherever they are written, and others are kept', async () => {
    const place = join(folder, 'network')
    const options = { folder: place, validators: 2, blockMs: 50, paratimes: ['keyvalue'] } as const
    const small = { ...options, computeNodes: 1 }
    {
      await using first = await createNetwork(small)
      await reach(first, 'compute-0', 3n)
    }
    const before = planOf(place)
    const [zero, one] = before.ports
    const taken = [zero.p2p, one.api, before.workerPorts[0].libp2p, before.faucetPort]
    const servers = await Promise.all(taken.map(listen))
    const moved: MovedPort[] = []
    await using second = await createNetwork({
      ...small,
      onMoved: (ports) => moved.push(...ports),
    })
    assert.deepEqual(moved.map(({ from }) => from).sort(), [...taken].sort())
    assert.deepEqual(
      moved.map(({ what }) => what),
      ['what peers of node-0 call', 'gRPC-web of node-1', 'P2P of compute-0', 'the faucet'],
    )
    const now = planOf(place)
    assert.deepEqual(
      [now.ports[0].api, now.ports[1].p2p, now.moved],
      [zero.api, one.p2p, undefined],
    )
    assert.equal(second.files.nodes[1]!.apiPort, now.ports[1].api)
    const height = (await second.nodes[0]!.client.consensus.getStatus()).latestHeight
    await reach(second, 'node-1', height + 3n)
    await reach(second, 'compute-0', height + 3n)
    for (const server of servers) server.close()
  })

  it('are replaced again where they are lost before anybody listens there, some times', async () => {
    const choices = { validators: 1, blockMs: 50, epochBlocks: 10 }
    for (const losses of [BEGIN_TRIES - 1, BEGIN_TRIES]) {
      const place = join(folder, `lost-${losses}`)
      const { nodes } = await openNetworkFiles(place, choices, 'any')
      const servers = [await listen(nodes[0]!.apiPort)]
      const onMoved = ([moved]: readonly MovedPort[]) => {
        if (servers.length <= losses) servers.push(createServer().listen(moved!.to, '127.0.0.1'))
      }
      const beginning = createNetwork({ folder: place, onMoved })
      if (losses < BEGIN_TRIES) {
        await using network = await beginning
        await reach(network, 'node-0', 2n)
      } else await assert.rejects(beginning, /EADDRINUSE.*; another program .*: start again, and/)
      assert.equal(servers.length, losses + 1)
      for (const server of servers) server.close()
    }
  })

  it('are replaced to the end where a process was killed in the middle', async () => {
    const place = join(folder, 'killed')
    const choices = { validators: 1, blockMs: 50, epochBlocks: 10 }
    const files = await openNetworkFiles(place, choices, 'any')
    const plan = planOf(place)
    const [{ p2p, api }] = plan.ports
    const text = JSON.stringify({ ...plan, ports: [{ p2p: 9_999, api }], moved: [[p2p, 9_999]] })
    writeFileSync(join(place, 'network.json'), text)
    assert.deepEqual(await movePorts(files), [])
    assert.equal(planOf(place).moved, undefined)
    const config = readFileSync(files.nodes[0]!.configPath, 'utf8')
    assert.match(config, /listen_address: tcp:\/\/127\.0\.0\.1:9999\n/)
  })

  it('are replaced in a configuration whatever else somebody wrote there', () => {
    const text =
      '# 127.0.0.1:12\np2p:\n  port: 13\n  max: 12\nx: [a@127.0.0.1:12, b@127.0.0.1:123]\n'
    const moves = new Map([
      [12, 13],
      [13, 14],
    ])
    assert.equal(
      withPorts(text, moves),
      '# 127.0.0.1:13\np2p:\n  port: 14\n  max: 12\nx: [a@127.0.0.1:13, b@127.0.0.1:123]\n',
    )
  })

  it('are told with what to do where they are taken in the last moment', () => {
    const other = new UnavailableError('grpc.listen', 'grpc: cannot listen: EACCES')
    assert.equal(withRemedy(other), other)
    const lost = new UnavailableError('grpc.listen', 'grpc: cannot listen: EADDRINUSE')
    assert.match(String(withRemedy(lost)), /EADDRINUSE; another program .*: start again, and/)
  })
})
