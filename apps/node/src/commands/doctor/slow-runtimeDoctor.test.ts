import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { toHex } from '@wadi/base/bytes'
import type { NodeFolder } from '@wadi/compose/network-folders'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { writeScriptBundle } from '@wadi/compose/testing/script-bundle'
import { flagKeys } from '@wadi/node-config/config-text'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf } from '../../exitCodes.ts'
import type { Health } from '../../operations/health.ts'
import { rootCommand } from '../../rootCommand.ts'
import { makeComputeNetwork, startNodes, untilRounds } from '../../testing/computeNetwork.ts'
import { untilHeight, withClient } from '../../testing/nodesHere.ts'
import type { Finding } from './finding.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-runtime-doctor-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const LOOK_MS = 250
const { id, version } = PARATIMES.keyvalue

/** A validator and a compute node, with a bundle of which the test says what is in it. */
async function networkOf(name: string, bundle?: { readonly module: URL; readonly minor: number }) {
  const path = join(folder, `${name}.orc`)
  if (bundle !== undefined) {
    const { module, minor } = bundle
    writeScriptBundle(path, { id, version: { ...version, minor }, module })
  }
  const runtimes = [{ id: toHex(id) }]
  const runtime = bundle && { runtimes, paths: [path], provisioner: 'unconfined' }
  const { folders, freePort: metricsPort } = await makeComputeNetwork({
    folder: join(folder, name),
    seed: name,
    blockMs: 250n,
    epochBlocks: 10n,
    compute: (port) => ({
      metrics: { mode: 'pull', address: `127.0.0.1:${port}` },
      ...(runtime && { runtime }),
    }),
  })
  for (const { dataDir } of folders) chmodSync(dataDir, 0o700)
  return { compute: folders[1], metricsPort, stop: await startNodes(folders) }
}

/** What the doctor says of a node. */
async function findingsOf({ configPath }: NodeFolder): Promise<readonly Finding[]> {
  let said = ''
  const write = (text: string) => {
    said += text
  }
  const world = {
    out: { write },
    err: { write: () => undefined },
    environment: {},
    keys: flagKeys(),
    exitCodeOf,
  }
  await runCommandLine(rootCommand, ['doctor', '--config', configPath, '--output', 'json'], world)
  return JSON.parse(said).findings
}

/** Asks until it says such a thing; fails when the test takes too long. */
async function untilFound(node: NodeFolder, wanted: string): Promise<readonly Finding[]> {
  let findings = await findingsOf(node)
  while (!findings.some((one) => one.id === wanted)) {
    await sleep(LOOK_MS)
    findings = await findingsOf(node)
  }
  return findings
}

async function healthAt(port: number) {
  const answer = await fetch(`http://127.0.0.1:${port}/health`)
  const { reasons } = (await answer.json()) as Health
  return { status: answer.status, reasons }
}

describe('doctor, of a compute node that runs', () => {
  it('finds one well that makes rounds, and so does whoever asks for health', async () => {
    const { compute, metricsPort, stop } = await networkOf('well')
    await withClient(compute.dataDir, (client) => untilRounds(client, 4))
    assert.deepEqual(await findingsOf(compute), [])
    const { status, reasons } = await healthAt(metricsPort)
    assert.deepEqual([status, reasons], [200, []])
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    assert.match(metrics, /^oasis_finalized_rounds [1-9]/m)
    assert.match(metrics, /^oasis_roothash_block_interval_count{runtime="80.*} [1-9]/m)
    assert.match(metrics, /^oasis_storage_successes{call="apply"} [1-9]/m)
    await stop()
  })

  it('tells of a program that ends each time that it is started', async () => {
    const path = join(folder, 'ends.mjs')
    writeFileSync(path, 'process.exit(3)\n')
    const module = pathToFileURL(path)
    const { compute, metricsPort, stop } = await networkOf('ends', { module, minor: version.minor })
    await untilHeight(compute.dataDir, 3n)
    const findings = await untilFound(compute, 'program-not-running')
    assert.match(findings.find((one) => one.id === 'not-registered')?.why ?? '', /are not$/)
    assert.ok(
      findings.every(({ runtime, id: what }) => runtime === toHex(id) || what === 'not-registered'),
    )
    const { status, reasons } = await healthAt(metricsPort)
    assert.equal(status, 503)
    assert.equal(reasons[0]?.id, 'runtime-not-ready')
    await stop()
  })

  it('tells of a version that is due and not here', async () => {
    const module = new URL(import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'))
    const minor = version.minor + 1
    const { compute, stop } = await networkOf('other', { module, minor })
    await untilHeight(compute.dataDir, 3n)
    const findings = await untilFound(compute, 'program-missing')
    const { why } = findings.find((one) => one.id === 'program-missing')!
    assert.match(why, new RegExp(`here is ${version.major}\\.${minor}\\.${version.patch}$`))
    await stop()
  })
})
