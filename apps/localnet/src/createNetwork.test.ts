import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createNetwork } from './createNetwork.ts'
import { requireUnused } from './folderHold.ts'

const place = mkdtempSync(join(tmpdir(), 'wadi-create-'))
process.on('exit', () => rmSync(place, { recursive: true, force: true }))

describe('a network that is not wanted any more while it begins', () => {
  it('is not begun, and leaves its folder to others', async () => {
    for (const [name, delay] of [
      ['before', () => undefined],
      ['meanwhile', () => setImmediate()],
    ] as const) {
      const folder = join(place, name)
      const end = new AbortController()
      const beginning = createNetwork({ folder, validators: 1, signal: end.signal })
      await delay()
      const reason = new Error('not wanted')
      end.abort(reason)
      await assert.rejects(beginning, reason)
      requireUnused(folder)
      assert.ok(!readdirSync(folder).includes('running.pid'))
    }
  })
})
