import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { quantity } from '@wadi/primitives/quantity'
import { testEntity } from '@wadi/provisioning/test-entity'
import type { RunningNode } from '../../../runningNode.ts'
import { nodeOf, untilHeight } from '../../../testing/nodesHere.ts'
import { runWords } from '../../testing/runWords.ts'
import { debugCommands } from '../debugCommands.ts'
import { runWorkload } from './runWorkload.ts'
import { workloadNetwork } from './testing/workloadNetwork.ts'
import type { Committed } from './transactionSender.ts'
import type { WorkloadName } from './workloads.ts'

/** PERF: blocks that are written to a disk take five times as long. */
const MEMORY = '/dev/shm'
const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'wadi-txsource-'))
const network = createNetworkGenesis(
  workloadNetwork({ seed: 'txsource', validators: 1, timeoutCommitMs: 5n, epochBlocks: 20n }),
)
const [validator] = network.validators
const [place] = makeNetworkFolders({ folder, network, ports: [0] })
const address = `unix:${join(place!.dataDir, 'internal.sock')}`
let node: RunningNode
let channel: Channel

/** Runs so many iterations, without a pause. */
async function run(name: WorkloadName, iterations: number): Promise<readonly Committed[]> {
  let left = iterations
  const committed: Committed[] = []
  await runWorkload({
    name,
    seed: 'a seed of at least thirty-two bytes',
    transport: channel,
    chainContext: network.chainContext,
    gasPrice: quantity(0n),
    source: testEntity().signer,
    validatorEntities: [validator!.entity.signer],
    queries: { keptVersions: 1_000n, runtimeId: undefined },
    log: createLogger('txsource', SILENT),
    goesOn: async () => --left > 0,
    onCommitted: (one) => committed.push(one),
  })
  return committed
}

describe('debug txsource', () => {
  before(async () => {
    node = nodeOf(place!.configPath, place!.dataDir)
    await node.start()
    await untilHeight(place!.dataDir, 2n)
    channel = new Channel({ target: address, clock: processClock, timers: nodeTimers })
  })
  after(async () => {
    channel.close()
    await node.stop()
    rmSync(folder, { recursive: true })
  })

  const ITERATIONS: Readonly<Record<WorkloadName, number>> = {
    transfer: 8,
    delegation: 6,
    commission: 6,
    oversized: 2,
    registration: 4,
    governance: 12,
    queries: 3,
    parallel: 1,
  }
  for (const [name, iterations] of Object.entries(ITERATIONS))
    it(`finds that ${name} goes as it is reckoned`, async () => {
      const committed = await run(name as WorkloadName, iterations)
      assert.equal(committed.length > 0, name !== 'queries')
    })

  it('runs a workload until the time is over', async () => {
    const key = { bytes: () => validator!.entity.seed.reveal().slice() }
    createKeyFile(join(folder, 'entity.pem'), key)
    const { code, err } = await runWords(
      debugCommands,
      ...['txsource', '--address', address, '--time_limit', '200ms', '--workload', 'governance'],
      ...['-g', join(folder, 'genesis.json'), '--debug.dont_blame_oasis'],
      ...['--debug.allow_test_keys', '--validator_entity', join(folder, 'entity.json')],
    )
    assert.deepEqual({ code, err }, { code: 0, err: '' })
  })
})

describe('the flags of debug txsource', () => {
  const refusal = async (...words: readonly string[]) => {
    const { code, err } = await runWords(debugCommands, 'txsource', ...words)
    assert.equal(code, 2)
    return err
  }

  it('name a workload that there is', async () => {
    assert.match(
      await refusal('--workload', 'walk'),
      /--workload is "walk"; give one of commission/,
    )
  })

  it('leave runtimes to the runtime layer, in a sentence', async () => {
    assert.match(await refusal('--workload', 'runtime'), /comes with the runtime layer; use one of/)
    assert.match(
      await refusal('--workload', 'queries'),
      /runtime layer; give --queries.runtime.enabled=false/,
    )
  })

  it('have a seed of 32 bytes', async () => {
    assert.match(await refusal('--seed', 's'.repeat(31)), /--seed has fewer than 32 bytes/)
  })
})
