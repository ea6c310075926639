import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { debugCommands } from '../debugCommands.ts'
import { BEACON_MODES } from './beaconMode.ts'

const PROGRAM = join(import.meta.dirname, '../../../main.ts')
const MS_MAX = 120_000
const POLL_MS = 200
const ROUNDS = 2

const folder = mkdtempSync(join(tmpdir(), 'wadi-byzantine-'))

/** What a node has logged of rounds of the beacon. */
function roundsOf({ dataDir }: NodeFolder): readonly Readonly<Record<string, unknown>>[] {
  const path = join(dataDir, 'node.log')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  return lines
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(({ log_event: name }) => name === 'byzantine/vrf_beacon/round_completed')
}

describe('debug byzantine', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('vrfbeacon proves in time, too early, or never, on a network of such nodes', async () => {
    const network = createNetworkGenesis({
      validators: BEACON_MODES.length,
      beacon: 'vrf',
      epochBlocks: 20n,
      timeoutCommitMs: 50n,
    })
    const ports = await freePorts(BEACON_MODES.length)
    const folders = makeNetworkFolders({ folder, network, ports })
    const nodes = folders.map((place) => new NodeProcess(PROGRAM, place))
    try {
      for (const [i, node] of nodes.entries())
        node.start(
          ...['debug', 'byzantine', 'vrfbeacon', '--activation_epoch', '1'],
          ...['--vrf_beacon_mode', BEACON_MODES[i]!],
        )
      const end = performance.now() + MS_MAX
      const isDone = () => folders.every((place) => roundsOf(place).length >= ROUNDS)
      await sleep(POLL_MS)
      while (!isDone()) {
        assert.ok(performance.now() < end, nodes.map((node) => node.lastLines()).join('\n\n'))
        await sleep(POLL_MS)
      }
      assert.deepEqual(await Promise.all(nodes.map((node) => node.stop())), [0, 0, 0])
    } finally {
      for (const node of nodes) await node.kill()
    }
    // Nobody acts before the epoch that was said.
    for (const place of folders) assert.ok(Number(roundsOf(place)[0]!['epoch']) >= 1)
  })

  it('refuses modes that there are not, and what comes with runtimes, in words', async () => {
    const complaintOf = async (...words: readonly string[]) => {
      let said = ''
      const out = { write: () => undefined }
      const err = {
        write: (text: string) => {
          said += text
        },
      }
      const world = { environment: {}, out, err }
      assert.notEqual(await runCommandLine(debugCommands, ['byzantine', ...words], world), 0)
      return said
    }
    assert.match(
      await complaintOf('vrfbeacon', '--vrf_beacon_mode', 'vrf_beacon_lazy'),
      /it can be vrf_beacon_honest, vrf_beacon_early, vrf_beacon_missing/,
    )
    assert.match(
      await complaintOf('executor', '--executor.mode', 'executor_lazy'),
      /it can be executor_honest, executor_dishonest, executor_straggler/,
    )
  })
})
