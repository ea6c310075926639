/** Runtimes in a sandbox of bubblewrap: they see their program, its libraries and their host. */

import { accessSync, constants } from 'node:fs'
import { isTold } from '@wadi/base/errors'
import { RuntimeFaultError } from '../errors.ts'
import type { Launcher, OutputSink } from '../launcher.ts'
import { CONNECT_MS } from '../limits.ts'
import { ChildProgram } from '../process/childProgram.ts'
import { HOST_VARIABLE, HostSocket } from '../process/hostSocket.ts'
import { connectChild, type ProcessOptions, type Program } from '../process/processLauncher.ts'
import {
  bubblewrapArguments,
  ENTRYPOINT,
  encodeArguments,
  HOST_SOCKET,
} from './bubblewrapArguments.ts'
import { resolveLibraries } from './resolveLibraries.ts'
import { seccompPolicy } from './seccompPolicy.ts'

/** What a sandboxed program may see beside itself and its libraries. */
export interface SandboxedProgram extends Program {
  /** Files and folders that it may read, by where they are inside. */
  readonly readable?: Readonly<Record<string, string>>
  /** Only programs beside the runtime on the chain may use the network. */
  readonly network?: 'none' | 'shared'
}

/** What sandboxes are made with. */
export interface SandboxOptions extends ProcessOptions {
  /** The path of bubblewrap. */
  readonly bubblewrap: string
}

const ARGUMENTS_DESCRIPTOR = 3
const SECCOMP_DESCRIPTOR = 4

/** Starts a program in a sandbox of its own, each time. */
export function sandboxLauncher(program: SandboxedProgram, options: SandboxOptions): Launcher {
  const { timers, connectMs = CONNECT_MS } = options
  const launch = async (output: OutputSink, signal: AbortSignal) => {
    const socket = await HostSocket.listen()
    return connectChild({ socket, timers, connectMs, signal }, () =>
      startSandbox(program, options.bubblewrap, { socket: socket.path, output }),
    )
  }
  return { kind: 'sandbox', launch }
}

function startSandbox(
  program: SandboxedProgram,
  bubblewrap: string,
  { socket, output }: { readonly socket: string; readonly output: OutputSink },
): Promise<ChildProgram> {
  checkPossible(bubblewrap)
  const { path, args = [], env = {}, readable = {}, network = 'none' } = program
  const view = bubblewrapArguments({
    program: path,
    env: { ...env, [HOST_VARIABLE]: HOST_SOCKET },
    writable: { [HOST_SOCKET]: socket },
    readable,
    libraries: librariesOf(path),
    network,
    seccompDescriptor: SECCOMP_DESCRIPTOR,
  })
  return ChildProgram.start({
    path: bubblewrap,
    args: ['--args', String(ARGUMENTS_DESCRIPTOR), '--', ENTRYPOINT, ...args],
    // COMPAT(oasis-core): there, whatever is in the node's environment is in the sandbox, too.
    env: {},
    inputs: [encodeArguments(view), seccompPolicy()],
    output,
  })
}

function checkPossible(bubblewrap: string): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw noStart('sandboxes are made on Linux on x64 only')
  }
  try {
    accessSync(bubblewrap, constants.X_OK)
  } catch {
    throw noStart(`no bubblewrap at ${bubblewrap}`)
  }
}

function librariesOf(path: string) {
  try {
    return resolveLibraries(path)
  } catch (error) {
    const isOfSystem = error instanceof Error && 'code' in error && 'syscall' in error
    if (!isTold(error) && !isOfSystem) throw error
    throw noStart(error.message)
  }
}

function noStart(detail: string): RuntimeFaultError {
  return new RuntimeFaultError({ kind: 'no-start', detail })
}
