import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { localAccounts } from '../accounts.ts'
import { USUAL_NETWORK } from '../createNetwork.ts'
import { describeNetwork, endpointLines, titleOf } from '../describeNetwork.ts'
import { openNetworkFiles } from '../networkFiles.ts'
import { frameOf } from './frame.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-readme-'))
after(() => rmSync(folder, { recursive: true }))

/** Where the README has its network. */
const SHOWN = '/home/you/wadi/.wadi/localnet'
const WIDE = 1_000
/** Lines that are left away. */
const GAP = '…'

/** A line without what differs from one network, and from one moment, to the other. */
function shapeOf(line: string): string {
  const steady = line.replaceAll(folder, SHOWN).replaceAll(/[█░]+/g, '▒')
  return steady.replaceAll(/\d+(\.\d+)?/g, '#').replaceAll(/ +/g, ' ')
}

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')
/** The lines of the block of the README that begins so, and how they look. */
function shown(start: string): readonly string[] {
  const blocks = readme.split('```').filter((_, i) => i % 2 === 1)
  const found = blocks.map((block) => block.trim()).filter((block) => block.startsWith(start))
  assert.equal(found.length, 1, start)
  return found[0]!.split('\n').map(shapeOf)
}

/** What `npm start` begins. */
const files = await openNetworkFiles(folder, { ...USUAL_NETWORK, keyManagers: 1 }, 'any')

describe('what the README shows of npm start', () => {
  it('is the picture, line by line, down to where the network is called', () => {
    const nodes = files.nodes.map(({ name, part }) => {
      const usual = { isAway: false, isSynced: true, height: 1n, peers: 7 }
      return { ...usual, name, part, power: part === undefined ? 1n : 0n }
    })
    const workers = nodes.filter(({ part }) => part === 'compute').map(({ name }) => name)
    const elected = { round: 1n, unixMs: 0, outcome: 'normal', workers, backups: workers } as const
    const block = { height: 1n, unixMs: 0, proposer: 'node-3', round: 0, transactions: 0 }
    const paratimes = files.paratimes.map(({ name }) => ({ name, id: '', ...elected }))
    const votes = { prevotes: 0, precommits: 0, mempool: 0, epoch: 1n, epochBlock: 1n }
    const times = { interval: 1, transactions: 1, nowMs: 1, epochBlocks: files.epochBlocks }
    const context = { ...times, title: titleOf(files), endpoints: endpointLines(files) }
    const lines = frameOf({ nodes, block, paratimes, ...votes }, context, WIDE)
    assert.deepEqual(shown('Wadi · '), lines.map(shapeOf))
  })

  it('is what it says before, in that order, with a line of each part', () => {
    const said = describeNetwork({ files, accounts: localAccounts() }).trimEnd().split('\n')
    const told = said.map(shapeOf)
    const lines = shown('A network of ')
    let at = 0
    for (const [i, line] of lines.entries()) {
      if (line.trim() === GAP) continue
      const isAfterGap = lines[i - 1]?.trim() === GAP
      const next = isAfterGap ? told.indexOf(line, at + 1) : at
      assert.equal(told[next], line, `line ${i + 1}`)
      at = next + 1
    }
    assert.equal(at, told.length)
    // What begins at the margin begins a part, or goes on with its first sentence.
    const endpoints = endpointLines(files).map(shapeOf)
    const heads = told.filter((line, i) => /^\S/.test(line) && !(told[i - 1] ?? '').match(/^\S/))
    const missing = heads.filter((line) => !lines.includes(line) && !endpoints.includes(line))
    assert.deepEqual(missing, [])
  })
})
