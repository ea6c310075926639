import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { listFiles, ROOT } from '../repository.ts'
import { createHouse } from '../tidy/house.ts'
import { formatMetricsPage, readMetrics } from './metricsPage.ts'

const manifest = JSON.stringify({ name: '@wadi/a', wadi: { layer: 0, world: 'node' } })

function houseOf(source: string) {
  return createHouse(
    new Map([
      ['a/package.json', manifest],
      ['a/metrics.ts', source],
      ['a/metrics.test.ts', "defineMetrics('of a test', {})"],
    ]),
  )
}

const calls = { kind: 'counter', name: 'wadi_a_calls', help: 'Calls.', labels: ['peer', 'why'] }
const up = { kind: 'gauge', name: 'wadi_a_up', help: 'Is it up?', labels: [] }

describe('the page of metrics', () => {
  it('has every metric of every exported table, by name', async () => {
    const house = houseOf("export const table = defineMetrics('a', { up, calls })")
    const files = await readMetrics(house, async () => ({ table: { up, calls }, limit: 5 }))
    assert.deepEqual(files, [{ path: 'a/metrics.ts', metrics: [calls, up] }])
    const why = 'Nobody has done it.'
    const page = formatMetricsPage(files, [{ why, names: ['oasis_a', 'oasis_b'] }])
    assert.match(page, /^\| `wadi_a_calls` \| counter \| `peer`, `why` \| Calls\. \|$/m)
    assert.match(page, /^\| `wadi_a_up` \| gauge \| {2}\| Is it up\? \|$/m)
    assert.match(page, /^\| `oasis_b` \| Nobody has done it\. \|$/m)
  })

  it('is refused when a table is not exported', async () => {
    const house = houseOf("const hidden = defineMetrics('a', { up })")
    await assert.rejects(
      readMetrics(house, async () => ({})),
      /a\/metrics\.ts declares 1 tables of metrics, exports 0/,
    )
  })

  it('of this house names every metric once', async () => {
    const paths = listFiles().filter((path) => /\/(metrics\.ts|package\.json)$/.test(path))
    const texts = paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const)
    const load = (path: string) => import(pathToFileURL(join(ROOT, path)).href)
    const files = await readMetrics(createHouse(new Map(texts)), load)
    const names = files.flatMap(({ metrics }) => metrics).map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const name of [
      'cometbft_consensus_step_duration_seconds',
      'cometbft_mempool_size',
      'cometbft_p2p_peers',
      'cometbft_state_block_processing_time',
      'oasis_consensus_signed_blocks',
      'oasis_grpc_server_calls',
    ])
      assert.ok(names.includes(name), name)
  })
})
