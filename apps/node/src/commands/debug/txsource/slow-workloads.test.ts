import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { processClock } from '@wadi/compose/process-world'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { Channel } from '@wadi/grpc/channel'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { quantity } from '@wadi/primitives/quantity'
import { testEntity } from '@wadi/provisioning/test-entity'
import type { RunningNode } from '../../../runningNode.ts'
import { nodeOf, untilHeight } from '../../../testing/nodesHere.ts'
import { runWords } from '../../testing/runWords.ts'
import { debugCommands } from '../debugCommands.ts'
import { drawSigner, workloadRandom } from './randomChoice.ts'
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
const SEED = 'a seed of at least thirty-two bytes'
const TURNS = 3
let node: RunningNode
let channel: Channel

/** A node that is killed before it has a transaction, or before it tells what became of it. */
function mortal(inner: CallTransport): CallTransport {
  const random = new SeededRandom(1n)
  return {
    stream: (path, request, options) => inner.stream(path, request, options),
    async unary(path, request, options) {
      if (!path.includes('/SubmitTx')) return await inner.unary(path, request, options)
      const turn = randomBelow(random, TURNS)
      if (turn === 0) throw new UnavailableError('grpc.unavailable', 'killed before')
      const answer = await inner.unary(path, request, options)
      if (turn === 1) throw new UnavailableError('grpc.unavailable', 'killed after')
      return answer
    },
  }
}

/** Runs so many iterations, without a pause. */
async function run(
  name: WorkloadName,
  iterations: number,
  transport: CallTransport = channel,
): Promise<readonly Committed[]> {
  let left = iterations
  const committed: Committed[] = []
  await runWorkload({
    name,
    seed: transport === channel ? SEED : `${SEED}, another one`,
    transport,
    chainContext: network.chainContext,
    gasPrice: quantity(0n),
    source: testEntity().signer,
    validatorEntities: [validator!.entity.signer],
    queries: { keptVersions: 1_000n, runtimeId: undefined, asksRounds: false },
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

  const ITERATIONS: Readonly<Record<Exclude<WorkloadName, 'runtime'>, number>> = {
    transfer: 6,
    delegation: 5,
    commission: 6,
    oversized: 2,
    registration: 3,
    governance: 8,
    queries: 2,
    parallel: 1,
  }
  for (const [name, iterations] of Object.entries(ITERATIONS))
    it(`finds that ${name} goes as it is reckoned`, async () => {
      const committed = await run(name as WorkloadName, iterations)
      assert.equal(committed.length > 0, name !== 'queries')
    })

  it('reckons right when nodes are killed in the middle of it', async () => {
    const committed = await run('commission', 4, mortal(channel))
    const raws = new Set(committed.map(({ raw }) => toHex(raw)))
    assert.ok(raws.size > 2)
    assert.equal(raws.size, committed.length)
  })

  it('draws the same from the same seed', async () => {
    const draw = (seed: string) => toHex(drawSigner(workloadRandom(seed, 'transfer')).publicKey)
    assert.equal(draw(SEED), draw(SEED))
    assert.notEqual(draw(SEED), draw(`${SEED}!`))
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

  it('name the runtime that is called, or asked about', async () => {
    assert.match(
      await refusal('--workload', 'runtime'),
      /--runtime.runtime_id is missing; give the one of the key-value runtime/,
    )
    assert.match(
      await refusal('--workload', 'queries'),
      /--runtime.runtime_id is missing; give it, or --queries.runtime.enabled=false/,
    )
  })

  it('have a seed of 32 bytes', async () => {
    assert.match(await refusal('--seed', 's'.repeat(31)), /--seed has fewer than 32 bytes/)
  })
})
