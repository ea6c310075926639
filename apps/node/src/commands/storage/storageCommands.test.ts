import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { debugCommands } from '../debug/debugCommands.ts'
import { runWords } from '../testing/runWords.ts'
import { StoppedTestNode } from '../testing/stoppedNode.ts'
import { storageCommands } from './storageCommands.ts'

const BLOCKS = 12n
const storage = (...words: readonly string[]) => runWords(storageCommands, ...words)

interface Inspected {
  readonly ok: boolean
  readonly latest_version: number
  readonly last_retained_version: number
}

describe('commands about the folder of a node', () => {
  let node: StoppedTestNode

  before(async () => {
    node = await StoppedTestNode.run(BLOCKS)
  })
  after(() => node[Symbol.dispose]())

  const inspected = async (): Promise<readonly Inspected[]> => {
    const { out } = await storage('inspect', '--config', node.config(), '--output', 'json')
    const { consensus, runtimes } = JSON.parse(out)
    assert.deepEqual(runtimes, {})
    return [consensus.state_db, consensus.block_history]
  }

  it('storage inspect says which states and blocks there are', async () => {
    const [states, blocks] = await inspected()
    assert.ok(states!.latest_version >= BLOCKS)
    assert.deepEqual(blocks, states)
    const { code, out } = await storage('inspect', '--config', node.config())
    assert.equal(code, 0)
    const [last, first] = [states!.latest_version, states!.last_retained_version]
    const store = (title: string) =>
      `  ${title}:\n    Ok:  true\n    Latest height:  ${last}\n    Last retained height:  ${first}\n`
    assert.equal(out, `Consensus:\n${store('State DB')}${store('Block history')}`)
    const bad = await storage('inspect', '--config', node.config(), '--output=xml')
    assert.deepEqual(bad, {
      code: 2,
      out: '',
      err: 'Error: --output is "xml"; give text or json\n',
    })
  })

  it('debug dumpdb writes a state as a genesis document', async () => {
    const output = join(node.folder, 'dump.json')
    const dump = (...more: readonly string[]) =>
      runWords(
        debugCommands,
        ...['dumpdb', '--config', node.config(), '-g', node.genesis, '--debug.dont_blame_oasis'],
        ...['--dump.output', output, ...more],
      )
    const { code, err } = await dump()
    assert.equal(code, 0, err)
    assert.equal(statSync(output).mode & 0o777, 0o600)
    const last = parseGenesis(readFileSync(output, 'utf8'))
    const [states] = await inspected()
    assert.equal(last.height, BigInt(states!.latest_version))
    assert.equal((await dump('--dump.version=3')).code, 0)
    const third = parseGenesis(readFileSync(output, 'utf8'))
    assert.equal(third.height, 3n)
    const origin = parseGenesis(readFileSync(node.genesis, 'utf8'))
    assert.equal(third.chainId, origin.chainId)
    assert.equal(third.staking.totalSupply, origin.staking.totalSupply)
    assert.ok(third.genesisTime.seconds > 0n)
    const far = await dump('--dump.version=999')
    assert.equal(far.code, 2)
    assert.match(far.err, /^Error: --dump\.version is 999, and states 1 to \d+ are here; give one/)
  })

  it('storage prune keeps what the configuration keeps, and nothing else', async () => {
    const all = await storage('prune', '--config', node.config())
    assert.equal(all.out, 'nothing is to be pruned: consensus.prune says to keep all of it\n')
    const [before] = await inspected()
    const lines = 'consensus: {prune: {strategy: keep_n, num_kept: 4}}'
    const { code, out, err } = await storage('prune', '--config', node.config(lines))
    assert.equal(code, 0, err)
    const first = before!.latest_version - 4
    assert.equal(out, `states below ${first} are pruned, and ${first - 1} blocks\n`)
    const after = { ok: true, latest_version: before!.latest_version, last_retained_version: first }
    assert.deepEqual(await inspected(), [after, after])
    const again = await storage('prune', '--config', node.config(lines))
    assert.equal(again.out, `states below ${first} are pruned, and 0 blocks\n`)
    assert.match((await storage('compact', '--config', node.config())).out, /^\d+ bytes were given/)
    assert.deepEqual(await inspected(), [after, after])
  })

  it('leave a folder alone that a node uses', async () => {
    const lock = nodeFiles.lock(join(node.dataDir, 'consensus/blocks/lock'))
    try {
      for (const name of ['inspect', 'compact', 'prune']) {
        const { code, err } = await storage(name, '--config', node.config())
        assert.equal(code, 2)
        assert.match(err, /^Error: \S+: common\.data_dir: another process holds .*; stop that node/)
      }
    } finally {
      lock?.release()
    }
  })

  it('say which configuration they need', async () => {
    assert.match((await storage('inspect')).err, /^Error: no data folder is named; name the conf/)
    const nowhere = join(node.folder, 'none')
    const { code, err } = await storage('inspect', '--config', nowhere)
    assert.equal(code, 2)
    assert.match(err, /there is no such file; create it, or name another/)
  })
})
