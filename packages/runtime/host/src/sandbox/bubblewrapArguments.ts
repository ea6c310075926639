/** What bubblewrap is told: everything is hidden that is not named here. */

import { dirname } from 'node:path'
import type { SharedLibrary } from './resolveLibraries.ts'

/** Where the program is in its sandbox. */
export const ENTRYPOINT = '/entrypoint'
/** Where the host's socket is in a sandbox. */
export const HOST_SOCKET = '/host.sock'
const HOSTNAME = 'oasis-core'
const LIBRARY_FOLDER = '/usr/lib'
/** Programs name their loader by this folder. */
const LOADER_FOLDER = '/lib64'
const LOADER_PREFIX = 'ld-linux'

/** What there is in a sandbox. */
export interface SandboxView {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  /** Paths outside, by where they are inside. */
  readonly writable: Readonly<Record<string, string>>
  readonly readable: Readonly<Record<string, string>>
  readonly libraries: readonly SharedLibrary[]
  readonly network: 'none' | 'shared'
  /** The descriptor behind which the policy for system calls is. */
  readonly seccompDescriptor: number
}

/** The arguments that hide and show, as the reference has them. */
export function bubblewrapArguments(view: SandboxView): readonly string[] {
  const { program, env, writable, readable, libraries, network, seccompDescriptor } = view
  return [
    '--unshare-all',
    ...['--cap-drop', 'ALL'],
    ...['--hostname', HOSTNAME],
    ...['--tmpfs', '/tmp'],
    ...['--dev', '/dev'],
    '--die-with-parent',
    '--new-session',
    ...['--chdir', '/'],
    ...['--ro-bind', program, ENTRYPOINT],
    ...(network === 'shared' ? SHARED_NETWORK : []),
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...Object.entries(writable).flatMap(([inside, outside]) => bind('--bind', outside, inside)),
    ...Object.entries(readable).flatMap(([inside, outside]) => bind('--ro-bind', outside, inside)),
    ...libraries.flatMap(({ path, names }) =>
      names.flatMap((name) => ['--ro-bind', path, insidePathOf(name)]),
    ),
    ...['--symlink', LIBRARY_FOLDER, '/usr/lib64'],
    ...['--seccomp', String(seccompDescriptor)],
  ]
}

const SHARED_NETWORK = ['--share-net', '--ro-bind', '/etc/resolv.conf', '/etc/resolv.conf']

function bind(how: string, outside: string, inside: string): readonly string[] {
  return ['--dir', dirname(inside), how, outside, inside]
}

function insidePathOf(name: string): string {
  return `${name.startsWith(LOADER_PREFIX) ? LOADER_FOLDER : LIBRARY_FOLDER}/${name}`
}

/** The arguments as they are read from a file descriptor: the command line is for everybody. */
export function encodeArguments(args: readonly string[]): Uint8Array {
  return new TextEncoder().encode(args.map((arg) => `${arg}\0`).join(''))
}
