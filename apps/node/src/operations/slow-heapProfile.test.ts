import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { serveProfiles } from './profileServer.ts'

describe('a snapshot of the memory', () => {
  it('is what the tools of browsers open', async () => {
    const log = createLogger('profiles', SILENT)
    const health = async () => ({ healthy: true, reasons: [] })
    const profiles = await serveProfiles({ host: '127.0.0.1', port: 0, health, log })
    const answer = await fetch(`http://127.0.0.1:${profiles.port}/debug/pprof/heap`)
    const { snapshot } = JSON.parse(await answer.text())
    assert.ok(snapshot.node_count > 0)
    profiles.close()
  })
})
