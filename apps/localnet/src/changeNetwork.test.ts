import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { changeNetwork, copyNode, finishChange } from './changeNetwork.ts'

const place = mkdtempSync(join(tmpdir(), 'wadi-change-'))
after(() => rmSync(place, { recursive: true }))

/** Files by their paths, with what is in them. */
type Files = Readonly<Record<string, string>>

function write(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function read(folder: string): Files {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = all
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

const BEFORE = {
  'network.json': 'old',
  'node-0/state/a': 'old',
  'node-0/state/b': 'old',
  'node-0/node.log': 'said',
  'node-1/state/a': 'old',
  'node-2/state/a': 'old',
  'own.txt': 'kept',
}
const NEXT = { 'network.json': 'new', 'node-0/state/a': 'new', 'node-1/state/a': 'new' }
const AFTER = { ...NEXT, 'node-0/node.log': 'said', 'own.txt': 'kept' }
const GONE = ['node-2']

describe('a change of a network', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(place, 'network-'))
    write(folder, BEFORE)
  })

  it('puts what was prepared in place of what was there, and keeps logs', async () => {
    await changeNetwork(folder, { gone: GONE, prepare: (to) => write(to, NEXT) })
    assert.deepEqual(read(folder), read(written(AFTER)))
  })

  it('has not happened if preparing it breaks', async () => {
    const broken = changeNetwork(folder, {
      gone: GONE,
      prepare(to) {
        write(to, { 'network.json': 'new', 'node-0/state/a': 'new' })
        throw new Error('the disk is full')
      },
    })
    await assert.rejects(broken, /the disk is full/)
    assert.deepEqual(read(folder), read(written(BEFORE)))
    // As a process leaves it that was killed.
    write(folder, { 'prepared.unfinished/network.json': 'new' })
    finishChange(folder)
    assert.deepEqual(read(folder), read(written(BEFORE)))
  })

  it('is gone on with wherever it broke', () => {
    write(join(folder, 'prepared'), { ...NEXT, 'gone.json': JSON.stringify(GONE) })
    const steps: readonly (() => void)[] = [
      () => rmSync(join(folder, 'node-2'), { recursive: true }),
      () => move('network.json'),
      () => cpSync(join(folder, 'node-0/node.log'), join(folder, 'prepared/node-0/node.log')),
      () => rmSync(join(folder, 'node-0/state/b')),
      () => rmSync(join(folder, 'node-0'), { recursive: true }),
      () => move('node-0'),
      () => move('node-1'),
      () => rmSync(join(folder, 'prepared/gone.json')),
    ]
    const move = (name: string) => {
      rmSync(join(folder, name), { recursive: true, force: true })
      cpSync(join(folder, 'prepared', name), join(folder, name), { recursive: true })
      rmSync(join(folder, 'prepared', name), { recursive: true })
    }
    for (const step of [() => undefined, ...steps]) {
      step()
      const other = mkdtempSync(join(place, 'broken-'))
      cpSync(folder, other, { recursive: true })
      finishChange(other)
      assert.deepEqual(read(other), read(written(AFTER)), String(step))
      assert.equal(existsSync(join(other, 'prepared')), false)
    }
  })

  it('copies a node without its logs, its sockets and what is left away', async () => {
    const server = createServer().listen(join(folder, 'node-0/internal.sock'))
    after(() => server.close())
    write(folder, { 'node-0/state/node.log': 'no log of the node' })
    copyNode(join(folder, 'node-0'), join(folder, 'copy'))
    const state = { 'state/a': 'old', 'state/b': 'old', 'state/node.log': 'no log of the node' }
    assert.deepEqual(read(join(folder, 'copy')), state)
    copyNode(join(folder, 'node-0'), join(folder, 'less'), ['state'])
    assert.deepEqual(read(join(folder, 'less')), {})
  })

  function written(files: Files): string {
    const other = mkdtempSync(join(place, 'wanted-'))
    write(other, files)
    return other
  }
})
