/** How long a node takes from its start as a process to its first answer. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { assert } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { NodeFolder } from '@wadi/compose/network-folders'
import { processClock } from '@wadi/compose/process-world'
import { nodeArguments } from '@wadi/compose/testing/node-process'
import { Channel } from '@wadi/grpc/channel'
import { createNodeClient } from '@wadi/sdk/node-client'
import { canSeeProcesses, cpuSecondsOf } from './loopback/processUse.ts'

const WADI_NODE = fileURLToPath(new URL('../../apps/node/src/main.ts', import.meta.url))
const POLL_MS = 5

/** What a start took. */
export interface Start {
  /** Of the clock, until `GetBlock` is answered. */
  readonly ms: number
  /** Of the processor, until then. */
  readonly cpuSeconds: number | undefined
  /** Of the last block then. */
  readonly height: bigint
}

/** Starts the process, asks it for its last block, and ends it. */
export async function timeStart({ dataDir, configPath }: NodeFolder): Promise<Start> {
  const path = join(dataDir, 'internal.sock')
  const args = nodeArguments(WADI_NODE, configPath)
  const begunMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const exited = once(child, 'exit')
  try {
    // A channel would look less and less often.
    while (!(await isAnswered(path))) {
      assert(child.exitCode === null, 'the node starts')
      await sleep(POLL_MS)
    }
    const height = await lastHeight(path)
    const ms = performance.now() - begunMs
    assert(child.pid !== undefined, 'a process starts')
    return { ms, height, cpuSeconds: canSeeProcesses() ? cpuSecondsOf([child.pid]) : undefined }
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

async function lastHeight(path: string): Promise<bigint> {
  const world = { clock: processClock, timers: nodeTimers }
  const channel = new Channel({ target: `unix:${path}`, ...world })
  try {
    return (await createNodeClient(channel).consensus.getBlock(0n)).height
  } finally {
    channel.close()
  }
}

/** Has the system forget what it holds in memory of a folder's files; false if it cannot. */
export function dropFromCache(folder: string): boolean {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const run = (path: string) =>
    spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'])
  spawnSync('sync')
  return paths.every((path) => run(path).status === 0)
}
