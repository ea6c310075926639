import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { BugError } from '@wadi/base/errors'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { checkNodeConfig } from '@wadi/node-config/node-config'
import { DONE, exitCodeOf } from './exitCodes.ts'
import type { ModeNode, NodeContext } from './modes/modeNode.ts'
import { type NodeOpeners, RunningNode } from './runningNode.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-running-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const genesis = join(folder, 'genesis.json')
const { document } = createNetworkGenesis({ seed: 'running', validators: 1 })
writeFileSync(genesis, printGenesis(document))

/** What takes as long as a test wants. */
type Slow = 'operations' | 'mode' | 'start' | 'api'

/** A node that has come to the part that is slow, which goes on when the test says so. */
async function openedUpTo(slow: Slow) {
  const dataDir = mkdtempSync(join(folder, 'node-'))
  const log = { file: 'node.log', format: 'json', level: { default: 'info' } }
  const settings = checkNodeConfig({
    common: { data_dir: dataDir, log },
    genesis: { file: genesis },
  })
  const done: string[] = []
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const pass = async (part: Slow) => {
    if (part === slow) {
      reached.resolve()
      await goOn.promise
    }
    done.push(`${part} opened`)
  }
  const closing = (part: Slow) => async () => {
    done.push(`${part} closed`)
  }
  let context: NodeContext | undefined
  const node: ModeNode = {
    id: 'id',
    chainId: 'chain',
    height: 0n,
    api: { methods: {} } as ModeNode['api'],
    start: () => pass('start'),
    stop: closing('mode'),
  }
  const openers: NodeOpeners = {
    openOperations: async () => {
      await pass('operations')
      return { close: closing('operations') }
    },
    openMode: async (given) => {
      context = given
      await pass('mode')
      return node
    },
    serveNodeApi: async () => {
      await pass('api')
      return { publicPort: undefined, close: closing('api') }
    },
  }
  const running = new RunningNode({ settings, dataDir, isForTests: true }, openers)
  const starting = running.start()
  await reached.promise
  const said = () =>
    readFileSync(join(dataDir, 'node.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly level: string; readonly msg: string })
  return { running, starting, goOn, done, said, context: () => context }
}

const OPENED = {
  operations: ['operations opened', 'operations closed'],
  mode: ['operations opened', 'mode opened', 'mode closed', 'operations closed'],
  start: ['operations opened', 'mode opened', 'start opened', 'mode closed', 'operations closed'],
  api: [
    ...['operations opened', 'mode opened', 'start opened', 'api opened'],
    ...['mode closed', 'operations closed', 'api closed'],
  ],
} as const

describe('a node that is asked to end while it opens', () => {
  for (const slow of ['operations', 'mode', 'start', 'api'] as const)
    it(`closes what it opened, begins nothing more, and only then has stopped: ${slow}`, async () => {
      const { running, starting, goOn, done, said } = await openedUpTo(slow)
      const stopping = running.stop().then(() => done.push('stopped'))
      await setImmediate()
      assert.ok(!done.includes('stopped'), 'who is about to open has not ended')
      goOn.resolve()
      await Promise.all([starting, stopping])
      assert.deepEqual(done, [...OPENED[slow], 'stopped'])
      assert.deepEqual(
        said().map(({ msg }) => msg),
        ['stopped'],
      )
      assert.deepEqual(await running.ended, { kind: 'asked' })
    })

  it('tells whatever waits meanwhile that it need not', async () => {
    const { running, goOn, context } = await openedUpTo('mode')
    assert.equal(context()?.ending.aborted, false)
    const stopping = running.stop()
    assert.equal(context()?.ending.aborted, true)
    goOn.resolve()
    await stopping
  })

  it('has ended as it was asked to, also if it could not have opened', async () => {
    const { running, starting, goOn, done } = await openedUpTo('mode')
    const stopping = running.stop()
    goOn.reject(new BugError('nobody knows the name'))
    await Promise.all([starting, stopping])
    assert.deepEqual(done, OPENED.operations)
    assert.deepEqual(await running.ended, { kind: 'asked' })
  })

  it('ends once, and for the first reason', async () => {
    const { running, starting, goOn, said, context } = await openedUpTo('start')
    const error = new BugError('it cannot go on')
    context()?.onFatal(error)
    const stopping = running.stop()
    goOn.resolve()
    await Promise.all([starting, stopping])
    assert.deepEqual(await running.ended, { kind: 'failed', error })
    const levels = said().map(({ level, msg }) => `${level}: ${msg}`)
    assert.deepEqual(levels, ['error: the node cannot go on', 'info: stopped'])
  })
})

describe('a node that has come to an upgrade', () => {
  it('says that it stops for it, which is no error', async () => {
    const { running, starting, goOn, said, context } = await openedUpTo('start')
    const error = new StopForUpgrade('reached the epoch of an upgrade: some-upgrade')
    context()?.onFatal(error)
    goOn.resolve()
    await starting
    assert.deepEqual(await running.ended, { kind: 'failed', error })
    assert.equal(exitCodeOf(error), DONE)
    assert.deepEqual(
      said().map(({ level, msg }) => `${level}: ${msg}`),
      ['info: the node stops for an upgrade, or where it is to halt', 'info: stopped'],
    )
  })
})

describe('a node that cannot open', () => {
  it('says why, and leaves nothing open', async () => {
    const { starting, goOn, done } = await openedUpTo('mode')
    const error = new BugError('nobody knows the name')
    goOn.reject(error)
    await assert.rejects(starting, error)
    assert.deepEqual(done, OPENED.operations)
  })
})
