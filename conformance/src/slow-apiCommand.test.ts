import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { toBase64 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import { Namespace } from '@wadi/primitives/namespace'
import { RoundRequest } from '@wadi/runtime-protocol/client/api'
import type { RecordedCall } from './records.ts'
import { hasVector, vectorsFolder } from './vectors.ts'

/** Five blocks. */
const CHAIN = 'chains/debond'

const folder = mkdtempSync(join(tmpdir(), 'wadi-api-command-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs the command on calls that are written down for it. */
function run(...calls: readonly RecordedCall[]) {
  const file = join(folder, 'calls.ndjson.gz')
  writeFileSync(file, gzipSync(calls.map((call) => `${JSON.stringify(call)}\n`).join('')))
  return start(join(vectorsFolder(), CHAIN), file)
}

function start(...args: readonly string[]) {
  const program = join(import.meta.dirname, 'api.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}

const latest = (height: bigint): RecordedCall => ({
  method: 'Consensus/GetLatestHeight',
  request: '9g==',
  response: toBase64(encode(i64, height)),
})

describe('the api command', { skip: !hasVector(`${CHAIN}/genesis.json`) }, () => {
  it('ends with the count of calls, and well if all are identical', () => {
    const { status, lines, stderr } = run(latest(5n), latest(5n))
    assert.equal(stderr, '')
    assert.deepEqual(lines, ['2 calls, 2 identical'])
    assert.equal(status, 0)
  })

  it('shows what differs, also a failure, and ends with 1', () => {
    const refused = { method: 'Beacon/GetEpoch', request: toBase64(encode(i64, 9n)) }
    const { status, lines } = run(latest(4n), { ...refused, response: 'AQ==' })
    const details = 'a264636f646503666d6f64756c6569636f6e73656e737573'
    assert.deepEqual(lines, [
      'Consensus/GetLatestHeight f6',
      '  recorded 04',
      '  ours     05',
      'Beacon/GetEpoch 09',
      '  recorded 01',
      `  ours     status 2 "consensus: version not found" ${details}`,
      '2 calls, 0 identical',
    ])
    assert.equal(status, 1)
  })

  it('sends every call: what is about rounds that are not there differs', () => {
    const request = { runtimeId: Namespace.check(new Uint8Array(32)), round: 0n }
    const asked = toBase64(encode(RoundRequest, request))
    const { status, lines } = run({
      method: 'RuntimeClient/GetBlock',
      request: asked,
      response: 'oA==',
    })
    assert.match(lines[2]!, /^ {2}ours {5}status 12 /)
    assert.equal(lines.at(-1), '1 calls, 0 identical')
    assert.equal(status, 1)
  })

  it('does not call it good if there is nothing to compare', () => {
    assert.equal(run().status, 1)
  })

  it('says how it is used, and what cannot be read', () => {
    assert.equal(start().status, 2)
    const chain = join(vectorsFolder(), CHAIN)
    assert.match(start(chain, '/nowhere').stderr, /^api: there is no file \/nowhere\n/)
    const file = join(folder, 'calls.ndjson.gz')
    const { status, stderr } = start(folder, file)
    assert.equal(status, 3)
    assert.match(stderr, /^api: there is no .*; a recorded chain is a folder with/)
    writeFileSync(file, 'no calls')
    const damaged = start(chain, file)
    assert.equal(damaged.status, 3)
    assert.match(damaged.stderr, /^api: .* has no recorded calls .*copy the file again/)
  })
})
