import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { until } from './nodeProcess.ts'

const KEPT = 30_000_000
/** Keeps some bytes, and lets as many go. */
const PROGRAM = `
  const kept = new Uint8Array(${KEPT}).fill(1)
  let gone = new Uint8Array(${KEPT}).fill(1)
  gone = undefined
  setInterval(() => kept[0]++, 1000)
  console.log('ready')
`

describe('live bytes', { skip: process.platform === 'win32' }, () => {
  it('are what is left when all garbage is collected', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-live-bytes-'))
    const path = join(folder, 'live.json')
    const preload = `--import=${new URL('liveBytes.ts', import.meta.url)}`
    const child = spawn(process.execPath, ['--expose-gc', preload, '--eval', PROGRAM], {
      env: { ...process.env, WADI_LIVE_BYTES: path },
    })
    try {
      await once(child.stdout, 'data')
      child.kill('SIGUSR2')
      await until('live bytes', () => existsSync(path))
      const { heap, external } = JSON.parse(readFileSync(path, 'utf8'))
      assert.ok(heap > 0 && external >= KEPT && external < 2 * KEPT, `${heap} ${external}`)
    } finally {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  })
})
