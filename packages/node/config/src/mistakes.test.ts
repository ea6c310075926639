import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { mistakesIn } from './mistakes.ts'
import { scratchFolder, writeScratch } from './testing/scratch.ts'

const scratch = scratchFolder()
const PEER = 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk=@127.0.0.1:1'
const RUNTIME = `8${'0'.repeat(63)}`

function mistakes(lines: readonly string[], flags: readonly string[] = []): readonly string[] {
  const file = writeScratch(join(scratch, 'node.yaml'), lines.join('\n'))
  return mistakesIn({ file, environment: {}, flags }).map((each) => each.slice(file.length + 1))
}

describe('mistakes in a file', () => {
  it('are told all at once, each with its place', () => {
    const found = mistakes([
      'mode: king',
      `p2p: {port: high, seeds: [x, "${PEER}", y, z], prot: 4}`,
      'metrics: {mode: pull, address: ""}',
    ])
    assert.deepEqual(
      found.map((each) => /^(\d+:\d+): (\S+?):? /.exec(each)?.slice(1).join(' ')),
      [
        '1:1 mode',
        '2:97 p2p.prot',
        '2:7 p2p.port',
        '2:27 p2p.seeds[0]',
        '2:90 p2p.seeds[2]',
        '2:93 p2p.seeds[3]',
        '3:11 metrics.mode',
      ],
    )
  })

  it('are told in lists of tables, and what follows from one is not told', () => {
    const found = mistakes([
      'runtime:',
      '  runtimes:',
      '    - {id: 12}',
      `    - {id: "${RUNTIME}", components: [{id: no}, rofl, {id: never}]}`,
    ])
    const keys = found.map((each) => each.split(': ')[1])
    assert.deepEqual(keys, [
      'runtime.runtimes[0].id',
      'runtime.runtimes[1].components[0].id',
      'runtime.runtimes[1].components[2].id',
    ])
  })

  it('are none where there are none, or in flags', () => {
    assert.deepEqual(mistakes(['mode: client']), [])
    assert.equal(mistakes(['mode: client'], ['--mode=king']).length, 1)
  })
})
