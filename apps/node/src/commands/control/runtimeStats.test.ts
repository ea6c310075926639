import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { addRounds, entityKey, runtimeId } from '../testing/testRounds.ts'
import { controlCommands } from './controlCommands.ts'

const stats = (...words: readonly string[]) => runWords(controlCommands, 'runtime-stats', ...words)

/** The command leaves a file in the folder in which it runs. */
async function inFolder<A>(folder: string, run: () => Promise<A>): Promise<A> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await run()
  } finally {
    process.chdir(before)
  }
}

describe('control runtime-stats', () => {
  it('counts rounds and what each entity did in them, as the reference does', async () => {
    await using chain = await ServedChain.serve()
    addRounds(chain.chain)
    const id = toHex(runtimeId)
    const { code, out, err } = await inFolder(chain.folder, () => stats(id, '-a', chain.address))
    assert.equal(code, 0, err)
    const [rounds = ''] = out.split('Entity stats\n')
    // The reference printed the same of the same answers.
    assert.equal(
      rounds,
      [
        'Runtime rounds: 5',
        'Successful rounds: 2',
        'Epoch transition rounds: 1',
        'Proposer timeouted rounds: 0',
        'Failed rounds: 1',
        'Discrepancies: 1',
        'Discrepancies (timeout): 1',
        'Suspended: 1',
        '',
      ].join('\n'),
    )
    assert.match(out, /\n\| {18}ENTITY ID {19}\| ELECTED \| PRIMARY \|/)
    const csv = readFileSync(chain.at(`runtime-${id}-1-8-stats.csv`), 'utf8')
      .trim()
      .split('\n')
    const sorted = csv.slice(1).toSorted((a, b) => (a < b ? -1 : 1))
    const expected = [
      `${entityKey('alice')},4,4,4,4,3,2,0,2,1,0,1,1`,
      `${entityKey('bob')},4,4,0,2,3,1,1,0,0,0,1,0`,
      `${entityKey('carol')},4,0,4,0,0,0,0,2,1,0,0,1`,
    ]
    assert.deepEqual(
      sorted,
      expected.toSorted((a, b) => (a < b ? -1 : 1)),
    )
  })

  it('is empty for a runtime that nobody knows, and for no heights', async () => {
    await using chain = await ServedChain.serve()
    addRounds(chain.chain)
    const other = `8${'0'.repeat(63)}`
    for (const words of [[other], [toHex(runtimeId), '3', '3']]) {
      const ran = await inFolder(chain.folder, () => stats(...words, '-a', chain.address))
      assert.match(ran.out, /^Runtime rounds: 0\n/)
      assert.match(ran.out, /\n\| ENTITY ID \| ELECTED \|/)
    }
  })

  it('says what it takes', async () => {
    const { code, err } = await stats()
    assert.equal(code, 2)
    assert.match(err, /runtime-stats takes <runtime-id> \[<start-height> \[<end-height>\]\]; give/)
    assert.match((await stats('ff')).err, /give a runtime's ID as 32 bytes in hex/)
    const id = toHex(runtimeId)
    assert.match((await stats(id, 'first')).err, /the first height is "first"; give a number/)
  })
})
