/** Runtimes as unconfined processes: for programs that are believed, and for tests. */

import type { Timers } from '@wadi/base/timers'
import type { LaunchedProgram, Launcher, OutputSink } from '../launcher.ts'
import { CONNECT_MS } from '../limits.ts'
import { ChildProgram } from './childProgram.ts'
import { HOST_VARIABLE, HostSocket } from './hostSocket.ts'

/** A program and what it is started with. */
export interface Program {
  /** An executable file. */
  readonly path: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** What processes are started with. */
export interface ProcessOptions {
  readonly timers: Timers
  /** Milliseconds until the program must have connected. */
  readonly connectMs?: number
}

/** Starts a program without a sandbox. Its environment is what is said here, and the socket. */
export function processLauncher(
  { path, args = [], env = {} }: Program,
  { timers, connectMs = CONNECT_MS }: ProcessOptions,
): Launcher {
  const launch = async (output: OutputSink, signal: AbortSignal) => {
    const socket = await HostSocket.listen()
    return connectChild({ socket, timers, connectMs, signal }, () =>
      ChildProgram.start({ path, args, env: { ...env, [HOST_VARIABLE]: socket.path }, output }),
    )
  }
  return { kind: 'process', launch }
}

/** How a child is waited for. */
export interface ChildConnection {
  readonly socket: HostSocket
  readonly timers: Timers
  readonly connectMs: number
  readonly signal: AbortSignal
}

/** Starts a child and waits for its connection. If it fails, nothing is left of either. */
export async function connectChild(
  { socket, timers, connectMs: ms, signal }: ChildConnection,
  start: () => Promise<ChildProgram>,
): Promise<LaunchedProgram> {
  let child: ChildProgram | undefined
  try {
    child = await start()
    const { ended } = child
    const stream = await socket.accept(timers, { ms, ended, signal })
    return { stream, ended, kill: child.kill.bind(child) }
  } catch (error) {
    child?.kill()
    await child?.ended
    throw error
  } finally {
    socket.close()
  }
}
