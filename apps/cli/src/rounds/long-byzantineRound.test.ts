import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { toBase64, toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { processClock } from '@wadi/compose/process-world'
import { NodeProcess, until } from '@wadi/compose/testing/node-process'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { Channel } from '@wadi/grpc/channel'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { createDebugClient } from '@wadi/sdk/node-client'
import { Person } from '../testing/runWadi.ts'

const PROGRAM = join(import.meta.dirname, '../../../node/src/main.ts')
const POLL_MS = 500
const MS_MAX = 240_000
const COMPUTE_NODES = 3
const { id: runtimeId } = PARATIMES.keyvalue

/** A network whose last compute node has a certain place among the workers. */
function networkWith(place: bigint): NetworkGenesis {
  const options = {
    seed: 'byzantine',
    validators: 1,
    beacon: 'mock',
    timeoutCommitMs: 100n,
    paratimes: { paratimes: ['keyvalue'], computeNodes: COMPUTE_NODES },
  } as const
  const liar = createNetworkGenesis(options).workers.at(-1)!.keys.node.publicKey
  const { executor } = CommitteeKind.names
  const role = { kind: executor, roles: [CommitteeRole.names.worker], index: place }
  // Who is first may vanish; for who stands in the others have to wait, or they are done before.
  const allowedStragglers = place === 0n ? 1 : 0
  const debugForceElect = keyedMap(Namespace, [
    [runtimeId, keyedMap(PublicKey, [[PublicKey.check(liar), role]])],
  ])
  return createNetworkGenesis({
    ...options,
    change: (document) => {
      const { scheduler, registry } = document
      const params = { ...scheduler.params, debugForceElect }
      const runtimes = registry.runtimes?.map(
        (runtime) =>
          runtime && { ...runtime, executor: { ...runtime.executor, allowedStragglers } },
      )
      return {
        ...document,
        scheduler: { ...scheduler, params },
        registry: { ...registry, runtimes },
      }
    },
  })
}

/** Begins the epoch in which a committee is elected, once everybody who may be in it is there. */
async function electAll(socketPath: string): Promise<void> {
  await until('the validator can be asked', () => existsSync(socketPath), MS_MAX)
  const [clock, timers] = [processClock, nodeTimers]
  const channel = new Channel({ target: `unix:${socketPath}`, clock, timers })
  const options = { signal: AbortSignal.timeout(MS_MAX) }
  try {
    const { debugController } = createDebugClient(channel)
    await debugController.waitNodesRegistered(BigInt(1 + COMPUTE_NODES), options)
    await debugController.setEpoch(1n, options)
  } finally {
    channel.close()
  }
}

/** The story of round 3 with a node that misbehaves, and that node as the story names it. */
async function storyOf(mode: string, place: bigint, ...flags: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-byzantine-round-'))
  const network = networkWith(place)
  const ports = await freePorts(1 + 2 * COMPUTE_NODES)
  const workerPorts = Array.from({ length: COMPUTE_NODES }, (_, i) => {
    return { consensus: ports[1 + 2 * i]!, p2p: ports[2 + 2 * i]! }
  })
  const folders = makeNetworkFolders({ folder, network, ports: ports.slice(0, 1), workerPorts })
  const nodes = folders.map((found) => new NodeProcess(PROGRAM, found))
  const liar = nodes.at(-1)!
  const socketPath = join(folders[0]!.dataDir, 'internal.sock')
  const person = new Person({ WADI_NODE: `unix:${socketPath}` })
  try {
    const command = ['debug', 'byzantine', 'executor', '--executor.mode', mode, ...flags]
    for (const node of nodes)
      node.start(...(node === liar ? [...command, '--runtime_id', toHex(runtimeId)] : []))
    await electAll(socketPath)
    const end = performance.now() + MS_MAX
    while (liar.isRunning) {
      assert.ok(performance.now() < end, nodes.map((node) => node.lastLines()).join('\n\n'))
      await sleep(POLL_MS)
    }
    assert.equal(liar.ending, 0, liar.lastLines())
    const { code, out, err } = await person.run(['round', '8000', '3'])
    assert.equal(code, 0, err)
    const key = toBase64(network.workers.at(-1)!.keys.node.publicKey)
    const row = out.split('\n').find((line) => line.includes(key)) ?? ''
    return { out, row, name: `node ${row[0]}` }
  } finally {
    person.remove()
    for (const node of nodes) await node.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('a round of real nodes, one of which misbehaves', () => {
  it('is told as it was where a worker lies', async () => {
    const { out, row, name } = await storyOf('executor_dishonest', 1n)
    assert.match(out, /^Finalized after a discrepancy: 2 of 3 backup workers confirm what node/m)
    assert.match(row, / stands in, 1 +ANOTHER RESULT /)
    assert.match(out, new RegExp(`  ${name}, worker and backup worker, DISAGREES about what node`))
    assert.equal(out.match(/DISAGREES/g)?.length, 1)
    assert.match(out, /DISCREPANCY: the workers do not have the same result; the backup workers/)
  })

  it('is told as it was where the scheduler proposes and vanishes', async () => {
    const flag = '--executor.primary_scheduler_expected'
    const { out, row } = await storyOf('executor_runaway', 0n, flag)
    assert.match(row, / first +- /)
    assert.match(out, /^Finalized: 2 of 3 workers have the result that node 2 proposed\.$/m)
  })
})
