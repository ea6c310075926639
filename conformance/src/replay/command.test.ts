import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { testDocument } from '@wadi/consensus-services/testing/document'
import { type Asked, checkRange, parseCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-command-'))
after(() => rmSync(folder, { recursive: true }))

describe('the command line of a replay', () => {
  it('names a folder and what to do with the chain in it', () => {
    const args = [folder, '--from', '3', '--to', '9', '--keep-going', '--bench']
    const asked = { from: 3n, to: 9n, keepGoing: true, bench: true }
    assert.deepEqual(parseCommand(args), { name: folder, folder, asked })
    assert.deepEqual(parseCommand([folder]), {
      name: folder,
      folder,
      asked: { keepGoing: false, bench: false },
    })
  })

  it('is refused in a sentence if it is not understood', () => {
    const file = join(folder, 'genesis.json')
    writeFileSync(file, '{}')
    const refusals = {
      'which chain? The folder of a recorded one is wanted': [],
      [`one chain at a time: ${folder} and also more were named`]: [folder, 'more'],
      'there is no folder /nowhere/at/all': ['/nowhere/at/all'],
      [`${file} is a file: name the folder that it is in`]: [file],
      '--from x: that is no height': [folder, '--from', 'x'],
      '--to -4: that is no height': [folder, '--to=-4'],
      "Unknown option '--backwards'": [folder, '--backwards'],
    }
    for (const [sentence, args] of Object.entries(refusals))
      assert.equal(parseCommand(args), sentence)
  })

  it('asks for blocks that the chain has', () => {
    const document = { ...testDocument(), height: 5n }
    const recording = { document, blocks: [], last: 20n }
    const check = (range: Pick<Asked, 'from' | 'to'>) =>
      checkRange({ keepGoing: false, bench: false, ...range }, recording)
    for (const range of [{}, { from: 5n }, { to: 20n }, { from: 7n, to: 7n }])
      assert.equal(check(range), undefined)
    const extent = 'the chain has the blocks 5 to 20'
    assert.equal(check({ from: 21n }), `--from 21 is behind the end: ${extent}`)
    assert.equal(check({ to: 21n }), `--to 21 is behind the end: ${extent}`)
    assert.equal(check({ from: 4n }), `--from 4 is before the beginning: ${extent}`)
    assert.equal(check({ to: 0n }), `--to 0 is before the beginning: ${extent}`)
    assert.match(check({ from: 9n, to: 8n })!, /^--from 9 is behind --to 8: /)
  })
})
