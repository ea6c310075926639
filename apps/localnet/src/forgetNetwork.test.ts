import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { createNetwork } from './createNetwork.ts'
import { forgetNetwork } from './forgetNetwork.ts'
import { UNKNOWN_FILES_SHOWN_MAX } from './limits.ts'
import { localnetCommands } from './localnetCommands.ts'
import { type NetworkFiles, openNetworkFiles } from './networkFiles.ts'
import { listSnapshots, restoreNetwork, snapshotNetwork } from './networkSnapshots.ts'

const place = mkdtempSync(join(tmpdir(), 'wadi-forget-'))
after(() => rmSync(place, { recursive: true }))
const CHOICES = { validators: 2, blockMs: 50, epochBlocks: 10 }
const MORE = { ...CHOICES, paratimes: ['keyvalue'], computeNodes: 1 } as const

describe('the folder of a network', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(place, 'network-'))
  })
  const make = (choices: Parameters<typeof openNetworkFiles>[1] = CHOICES): Promise<NetworkFiles> =>
    openNetworkFiles(folder, choices, 'any')
  const put = (name: string) => writeFileSync(join(folder, name), 'dear')
  const names = () => readdirSync(folder).sort()
  async function run(...words: readonly string[]) {
    let err = ''
    const world = {
      environment: {},
      out: { write: () => true },
      err: { write: (s: string) => (err += s) },
    }
    return {
      code: await runCommandLine(localnetCommands, [...words, '--folder', folder], world),
      err,
    }
  }

  it('is refused where there are other files, before anything is touched', async () => {
    put('letter.txt')
    const refused = {
      reason: 'localnet.folder',
      message: /has other files in it \(letter\.txt\), /,
    }
    await assert.rejects(createNetwork({ ...CHOICES, folder }), refused)
    for (const words of [[], ['--fresh']]) {
      const { code, err } = await run(...words)
      assert.equal(code, 1)
      assert.match(err, /letter\.txt.* name another one with --folder, or move them away\n$/)
    }
    assert.deepEqual(names(), ['letter.txt'])
  })

  it('keeps what somebody has put there since, and --fresh says so', async () => {
    await make()
    put('letter.txt')
    mkdirSync(join(folder, 'node-18'))
    const before = names()
    const { code, err } = await run('--fresh')
    assert.equal(code, 1)
    assert.match(err, /has other files in it \(letter\.txt, node-18\), /)
    assert.deepEqual(names(), before)
    // It goes on with them.
    assert.equal((await make()).validators, 2)
  })

  it('names the first of many other files', () => {
    for (let i = 0; i < UNKNOWN_FILES_SHOWN_MAX; i++) put(`${i}`)
    assert.throws(() => forgetNetwork(folder), /\(0, 1, 2, 3, 4\)/)
    put('5')
    assert.throws(() => forgetNetwork(folder), /\(0, 1, 2, 3, 4, …\)/)
  })

  it('has nothing but snapshots in it when its network is forgotten', async () => {
    snapshotNetwork(await make(MORE), 'before')
    for (const name of ['network.lock', 'running.pid', 'network.json.next']) put(name)
    for (const name of ['prepared.unfinished', 'rewound']) mkdirSync(join(folder, name))
    forgetNetwork(folder)
    assert.deepEqual(names(), ['network.lock', 'running.pid', 'snapshots'])
    forgetNetwork(folder)
    forgetNetwork(join(folder, 'nowhere'))
  })

  it('gives a forgotten network back from a snapshot, whatever is there since', async () => {
    const first = await make(MORE)
    writeFileSync(join(folder, 'compute-0', 'mark'), 'of the first')
    snapshotNetwork(first, 'before')
    forgetNetwork(folder)
    const second = await make({ ...CHOICES, validators: 3 })
    assert.notEqual(second.chainContext, first.chainContext)
    await restoreNetwork(second, 'before')
    const again = await make()
    assert.deepEqual(again, first)
    assert.deepEqual(names(), [
      'compute-0',
      'genesis.json',
      'network.json',
      'node-0',
      'node-1',
      'snapshots',
    ])
    assert.ok(existsSync(join(folder, 'compute-0', 'mark')))
    assert.deepEqual(listSnapshots(folder), ['before'])
    rmSync(join(folder, 'snapshots', 'before', 'network.json'))
    await assert.rejects(restoreNetwork(again, 'before'), /does not say which network it is of/)
  })

  it('is cleared where a network was begun or forgotten by halves', async () => {
    const { chainContext } = await make(MORE)
    renameSync(join(folder, 'network.json'), join(folder, 'network.unfinished.json'))
    rmSync(join(folder, 'node-1'), { recursive: true })
    const again = await make(CHOICES)
    assert.notEqual(again.chainContext, chainContext)
    assert.deepEqual(names(), ['genesis.json', 'network.json', 'node-0', 'node-1'])
    renameSync(join(folder, 'network.json'), join(folder, 'network.unfinished.json'))
    forgetNetwork(folder)
    assert.deepEqual(names(), [])
  })

  it('is cleared of nodes where nobody can read any more what it was made of', async () => {
    await make({ ...MORE, keyManagers: 1, observers: 1, clients: 1 })
    writeFileSync(join(folder, 'network.json'), '{')
    await assert.rejects(make(), /cannot be read; begin anew with --fresh/)
    mkdirSync(join(folder, 'node-18'))
    assert.throws(() => forgetNetwork(folder), /\(node-18\)/)
    rmSync(join(folder, 'node-18'), { recursive: true })
    forgetNetwork(folder)
    assert.deepEqual(names(), [])
  })

  it('is made whole where restoring broke, by whoever uses it next', async () => {
    const files = await make()
    snapshotNetwork(files, 'before')
    writeFileSync(join(folder, 'node-0', 'mark'), 'of later')
    writeFileSync(join(folder, 'node-1', 'mark'), 'of later')
    // As a killed process leaves it: node-0 is back, node-1 is not.
    renameSync(join(folder, 'snapshots', 'before'), join(folder, 'prepared'))
    rmSync(join(folder, 'node-0'), { recursive: true })
    renameSync(join(folder, 'prepared', 'node-0'), join(folder, 'node-0'))
    assert.equal((await run('snapshot')).code, 0)
    for (const name of ['node-0', 'node-1'])
      assert.ok(!existsSync(join(folder, name, 'mark')), name)
    assert.ok(!existsSync(join(folder, 'prepared')))
  })
})
