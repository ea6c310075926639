import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { holdFolder, processOf } from './folderHold.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-hold-'))
after(() => rmSync(folder, { recursive: true }))
const LOOKS = 3_000

/** Makes and removes a file until it is told to end. */
const TOGGLE = `
const { rmSync, writeFileSync } = require('node:fs')
const { parentPort, workerData: { path, pid, ended } } = require('node:worker_threads')
parentPort.postMessage('begun')
while (Atomics.load(ended, 0) === 0) {
  writeFileSync(path, pid)
  rmSync(path)
}
`

describe('who runs a network', () => {
  it('is known or not, whoever stops it meanwhile', async () => {
    const hold = holdFolder(folder)
    const ended = new Int32Array(new SharedArrayBuffer(4))
    const workerData = { path: join(folder, 'running.pid'), pid: `${process.pid}\n`, ended }
    const worker = new Worker(TOGGLE, { eval: true, workerData })
    await once(worker, 'message')
    const seen = new Set<number | undefined>()
    try {
      for (let i = 0; i < LOOKS; i++) seen.add(processOf(folder))
    } finally {
      Atomics.store(ended, 0, 1)
      await once(worker, 'exit')
      hold.release()
    }
    for (const pid of seen) assert.ok(pid === undefined || pid === process.pid, `${pid}`)
  })
})
