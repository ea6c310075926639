import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { enginePlaces, makeEngineFolders } from './engineFolders.ts'
import { type EngineParts, engineHere } from './engineHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-engine-here-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A process of CometBFT that there is not, and that ends when the test says so. */
class NoProcess extends EventEmitter {
  readonly pid = 1
  readonly signals: string[] = []
  exitCode: number | null = null
  signalCode: string | null = null

  kill(signal: string): boolean {
    this.signals.push(signal)
    return true
  }

  end(signal: string): void {
    this.signalCode = signal
    this.emit('exit', null, signal)
  }
}

/** An engine whose application opens when the test says so. */
function slowEngine() {
  const home = mkdtempSync(join(folder, 'network-'))
  const network = createNetworkGenesis({ seed: 'engine', validators: 1 })
  const enginePorts = [{ p2p: 1, rpc: 2 }]
  makeEngineFolders({ folder: home, network, enginePorts, port: 3, settings: { api: {} } })
  const genesisPath = join(home, 'genesis.json')
  writeFileSync(genesisPath, printGenesis(network.document))
  const [place] = enginePlaces(home, network, enginePorts)
  mkdirSync(place!.home, { recursive: true })
  const opened = Promise.withResolvers<void>()
  const done: string[] = []
  const children: NoProcess[] = []
  const parts: EngineParts = {
    openApplication: async () => {
      await opened.promise
      done.push('opened')
      return {
        height: 0n,
        close: async () => {
          done.push('closed')
        },
      }
    },
    spawnEngine: () => {
      const child = new NoProcess()
      children.push(child)
      return child as unknown as ReturnType<EngineParts['spawnEngine']>
    },
  }
  return { engine: engineHere(place!, { genesisPath }, 'cometbft', parts), opened, done, children }
}

describe('a validator with CometBFT that is stopped while it starts', () => {
  it('has no process, and no application, afterwards', async () => {
    const { engine, opened, done, children } = slowEngine()
    const starting = engine.start()
    const stopping = engine.stop().then(() => done.push('stopped'))
    await setImmediate()
    opened.resolve()
    await Promise.all([starting, stopping])
    assert.deepEqual(done, ['opened', 'closed', 'stopped'])
    assert.deepEqual(children, [])
  })

  it('ends the process that it has, which dies with this one until it has ended', async () => {
    const { engine, opened, done, children } = slowEngine()
    const before = new Set(process.listeners('exit'))
    opened.resolve()
    await engine.start()
    const stopping = engine.stop()
    await setImmediate()
    const [child] = children
    assert.deepEqual(child?.signals, ['SIGTERM'])
    // As if somebody insisted: this process exits.
    const listeners = process.listeners('exit').filter((one) => !before.has(one))
    for (const listener of listeners) listener(0)
    assert.deepEqual(child.signals, ['SIGTERM', 'SIGKILL'])
    child.end('SIGKILL')
    await stopping
    assert.deepEqual(done, ['opened', 'closed'])
    assert.deepEqual(new Set(process.listeners('exit')), before)
  })
})
