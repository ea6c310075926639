/** A validator of which CometBFT is the engine: its process, and the application in this one. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger } from '@wadi/base/log'
import { openLog } from '@wadi/compose/log-sink'
import { processClock } from '@wadi/compose/process-world'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import {
  type EngineApplication,
  openEngineApplication,
  writeEngineFolder,
} from '@wadi/node/engine-application'
import type { LocalNode } from '../localNode.ts'
import type { NetworkFiles } from '../networkFiles.ts'
import type { EnginePlace } from './engineFolders.ts'

const PRIVATE_MODE = 0o600

/** What it consists of; tests have others. */
export interface EngineParts {
  readonly openApplication: typeof openEngineApplication
  /** `log` is a file that is open. */
  readonly spawnEngine: (binary: string, args: readonly string[], log: number) => ChildProcess
}

const PARTS: EngineParts = {
  openApplication: openEngineApplication,
  spawnEngine: (binary, args, log) => spawn(binary, args, { stdio: ['ignore', log, log] }),
}

/** See the top of this file. */
export function engineHere(
  place: EnginePlace,
  { genesisPath }: Pick<NetworkFiles, 'genesisPath'>,
  binary: string,
  { openApplication, spawnEngine }: EngineParts = PARTS,
): Omit<LocalNode, 'kill'> {
  const { name, dataDir, home, logPath, address, peers, p2p, rpc } = place
  const failed = Promise.withResolvers<unknown>()
  let application: EngineApplication | undefined
  let starting: Promise<void> | undefined
  let child: ChildProcess | undefined
  let isToEnd = false
  const kill = () => child?.kill('SIGKILL')

  const startEngine = () => {
    const output = openSync(logPath, 'a', PRIVATE_MODE)
    child = spawnEngine(binary, ['start', '--home', home], output)
    closeSync(output)
    process.once('exit', kill)
    child.once('error', (error) => failed.resolve(error))
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      const why = `CometBFT of ${name} ended (${how}); ${logPath} says why`
      if (!isToEnd) failed.resolve(new UnavailableError('localnet.node', why))
    })
  }

  const begin = async () => {
    const document = parseGenesis(readFileSync(genesisPath, 'utf8'))
    const loopback = (port: number) => `tcp://127.0.0.1:${port}`
    const [p2pAddress, rpcAddress] = [loopback(p2p), loopback(rpc)]
    const places = { proxyApp: address, p2pAddress, rpcAddress, peers }
    writeEngineFolder({ document, dataDir, home, ...places })
    const levels = { otherwise: 'info', modules: {} } as const
    const { sink } = openLog({ format: 'json', levels, file: logPath, clock: processClock })
    application = await openApplication({
      document,
      dataDir,
      address,
      logger: (module) => createLogger(module, sink),
      onFailure: (error) => failed.resolve(error),
    })
    if (!isToEnd) startEngine()
  }

  return {
    start() {
      starting = begin()
      return starting
    },
    async stop() {
      isToEnd = true
      // Why it did not start whoever started it is told.
      await starting?.catch(() => undefined)
      if (child !== undefined && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }
      process.off('exit', kill)
      await application?.close()
      application = undefined
    },
    failed: failed.promise,
  }
}
