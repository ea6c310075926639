import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { createParatime } from './createParatime.ts'

it('a new ParaTime passes its own test', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-new-'))
  try {
    createParatime('notes', folder)
    // Within a test run nothing would tell how another one ended.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const test = join(folder, 'notes', 'paratime.test.ts')
    const { status, stdout } = spawnSync(process.execPath, ['--test', test], { env })
    assert.equal(status, 0, `${stdout}`)
    assert.match(`${stdout}`, /keeps the note of whoever wrote it, if it is not too long/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
