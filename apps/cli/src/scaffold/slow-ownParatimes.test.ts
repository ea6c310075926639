/** ParaTimes of somebody's on the local network, as people start it. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { localnetCommands } from '@wadi/localnet/commands'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { Person } from '../testing/runWadi.ts'
import { createParatime } from './createParatime.ts'

const MAIN = fileURLToPath(import.meta.resolve('@wadi/localnet/main'))
const FEW = ['--validators', '1', '--compute-nodes', '1', '--block-time', '250ms']
const place = mkdtempSync(join(tmpdir(), 'wadi-own-'))
const folder = join(place, 'network')
const own = join(place, 'my-notes')
after(() => rmSync(place, { recursive: true, force: true }))

/** Starts the network, and ends it when something is true of a round of a ParaTime. */
async function runUntil(
  flags: readonly string[],
  isReached: (name: string, round: number) => boolean | Promise<boolean>,
): Promise<void> {
  // Other tests begin networks at the same moment.
  const args = [MAIN, '--folder', folder, '--output', 'json', '--ports', 'any', ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const complaints = text(child.stderr)
  let rest = ''
  let isOver = false
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    const blocks = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'block')
    for (const { name, round } of blocks.flatMap(({ paratimes }) => paratimes))
      if (!isOver && (await isReached(name, round))) {
        isOver = true
        child.kill('SIGINT')
      }
  }
  assert.deepEqual(await ended, [0, null], await complaints)
}

async function refusalOf(...words: readonly string[]): Promise<string> {
  let said = ''
  const silent = { write: () => undefined }
  const world = { environment: {}, out: silent, err: { write: (text: string) => (said += text) } }
  const place = ['--folder', join(folder, 'nothing')]
  assert.equal(await runCommandLine(localnetCommands, [...words, ...place], world), 1)
  return said
}

describe('a local network with a ParaTime from a folder', () => {
  it('makes rounds of it, beside one of the house, and with the next start again', async () => {
    createParatime('my-notes', place)
    const person = new Person({ WADI_LOCALNET: folder, WADI_NODE: '' })
    let listed: readonly { readonly name?: string }[] = []
    const last = new Map<string, number>()
    await runUntil(['--paratimes', `keyvalue,${own}`, ...FEW], async (name, round) => {
      last.set(name, round)
      if ((last.get('my-notes') ?? 0) < 3 || (last.get('keyvalue') ?? 0) < 3) return false
      listed = JSON.parse(
        (await person.run(['paratime', 'list', '--output', 'json'])).out,
      ).paratimes
      return true
    })
    person.remove()
    // The key manager is registered, too, and has no name.
    assert.deepEqual(listed.flatMap(({ name }) => name ?? []).toSorted(), ['keyvalue', 'my-notes'])
    const before = last.get('my-notes') ?? 0
    await runUntil([], (name, round) => name === 'my-notes' && round > before + 2)
    const { paratimes } = JSON.parse(readFileSync(join(folder, 'network.json'), 'utf8'))
    assert.deepEqual([paratimes[0], paratimes[1].name], ['keyvalue', 'my-notes'])
  })

  it('says which program is missing, and what to do', async () => {
    renameSync(own, `${own}-away`)
    const said: string[] = []
    const err = { write: (text: string) => said.push(text) }
    const world = { environment: {}, out: { write: () => undefined }, err }
    assert.equal(await runCommandLine(localnetCommands, ['--folder', folder], world), 1)
    assert.match(
      said.join(''),
      /the ParaTime my-notes, .*program\.ts, is not there any more; put it/,
    )
    renameSync(`${own}-away`, own)
  })

  it('refuses folders that are none, and two with one name, before anything is made', async () => {
    for (const [named, why] of [
      ['no-such', /--paratimes names no-such; it can be keyvalue, accounts, a folder that/],
      [place, /paratime\.json is not there; make a ParaTime with wadi paratime new/],
      [`${own},${own}/`, /--paratimes has two with the name or the id of my-notes/],
    ] as const)
      assert.match(await refusalOf('--paratimes', named), why)
    const said = join(own, 'paratime.json')
    const good = readFileSync(said, 'utf8')
    for (const bad of ['', 'null', '{}', good.replace(/"id": "../, '"id": "')]) {
      writeFileSync(said, bad)
      assert.match(await refusalOf('--paratimes', own), /has no name, or no id of 64 hexadecimal/)
    }
    writeFileSync(said, good)
    assert.ok(!existsSync(join(folder, 'nothing')))
  })
})
