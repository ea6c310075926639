/** A node of a local network: in this process, or in one of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '@wadi/base/errors'
import { nodeArguments } from '@wadi/compose/testing/node-process'
import { RunningNode } from '@wadi/node/running-node'
import { loadConfig } from '@wadi/node-config/load-config'
import type { NodePlace } from './networkFiles.ts'

/** See the top of this file. */
export interface LocalNode {
  /** Answers when the node can be called, or its process has begun. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Ends it with no time to put anything in order; only a process can be ended so. */
  kill(): Promise<void>
  /** Why it ended although nobody asked it to; never resolves otherwise. */
  readonly failed: Promise<unknown>
}

function settingsOf({ configPath }: NodePlace) {
  return loadConfig({ file: configPath, environment: {} }).config
}

/** A node in this process. */
export function nodeHere(place: NodePlace): LocalNode {
  const { dataDir } = place
  const node = new RunningNode({ settings: settingsOf(place), dataDir, isForTests: true })
  const failed = new Promise<unknown>((resolve) => {
    void node.ended.then((ending) => {
      if (ending.kind === 'failed') resolve(ending.error)
    })
  })
  const kill = () => {
    const why = `${place.name} has no process of its own, and cannot be killed; give each one`
    return Promise.reject(new UnavailableError('localnet.node', why))
  }
  return { start: () => node.start(), stop: () => node.stop(), kill, failed }
}

const PROGRAM = fileURLToPath(import.meta.resolve('@wadi/node/main'))
const PRIVATE_MODE = 0o600

/** A node in a process of its own, which ends with this one. */
export function nodeElsewhere(place: NodePlace): LocalNode {
  const { configPath, dataDir, name } = place
  const failed = Promise.withResolvers<unknown>()
  let child: ChildProcess | undefined
  let isToEnd = false
  const kill = () => child?.kill('SIGKILL')
  const end = async (how: NodeJS.Signals) => {
    isToEnd = true
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(how)
    await ended
    process.off('exit', kill)
  }
  return {
    async start() {
      const said = join(dataDir, 'said.log')
      const output = openSync(said, 'a', PRIVATE_MODE)
      child = spawn(process.execPath, nodeArguments(PROGRAM, configPath), {
        // It ends when the pipe does: even who is killed lets go of it.
        stdio: ['pipe', output, output],
        env: { ...process.env, WADI_END_WITH_STDIN: '1' },
      })
      closeSync(output)
      process.once('exit', kill)
      child.once('exit', (code, signal) => {
        const why = `${name} ended (${signal ?? `exit code ${code}`}); ${said} says why`
        if (!isToEnd) failed.resolve(new UnavailableError('localnet.node', why))
      })
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    failed: failed.promise,
  }
}
