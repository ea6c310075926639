/** A socket in the file system that only its owner may use. */

import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync, type Stats } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { SOCKET_PATH_BYTES_MAX, SOCKET_PATH_BYTES_MAX_DARWIN } from '../limits.ts'

const OWNER_ONLY = 0o600

/** A path that is listened at. */
export interface UnixSocket {
  /** Takes the path away, if it is still the one. */
  remove(): void
}

function cannot(path: string, why: string, cause?: unknown): UnavailableError {
  return new UnavailableError('grpc.listen', `grpc: cannot listen at ${path}: ${why}`, { cause })
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/**
 * Is it an empty file? Launchers make one to have a name that nobody else takes, as the reference's
 * test runner does. A link is none.
 */
function isReserved(there: Stats): boolean {
  return there.isFile() && there.size === 0
}

/** Does anybody answer there? */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(cannot(path, `${error.message}; check who may use it`, error))
    })
  })
}

/** How long a path may be here. */
export function socketPathBytesMax(): number {
  return process.platform === 'darwin' ? SOCKET_PATH_BYTES_MAX_DARWIN : SOCKET_PATH_BYTES_MAX
}

async function checkPlace(path: string): Promise<void> {
  const max = socketPathBytesMax()
  // Clients could not connect to it, although it can be made.
  if (Buffer.byteLength(path) > max)
    throw cannot(path, `it has more than ${max} bytes; choose a shorter one`)
  const there = look(path)
  if (there === undefined) return
  if (isReserved(there)) return
  if (!there.isSocket())
    throw cannot(path, 'something that is no socket is there; move it away, or choose another path')
  if (await isServed(path))
    throw cannot(path, 'another process serves it; stop that one, or choose another path')
}

/**
 * Listens at a path. The socket comes into being in a folder that only its owner may enter, and
 * takes its place when its permissions are set: nobody else can connect in between. What a process
 * that was killed left there is replaced, and an empty file by which a launcher reserved the name.
 */
export async function listenAtPath(server: Server, path: string): Promise<UnixSocket> {
  try {
    await checkPlace(path)
    const folder = mkdtempSync(join(dirname(path), '.s'))
    const inner = join(folder, 's')
    try {
      await listen(server, inner)
      chmodSync(inner, OWNER_ONLY)
      renameSync(inner, path)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    throw cannot(path, error instanceof Error ? error.message : String(error), error)
  }
  const inode = look(path)?.ino
  return {
    remove() {
      if (inode !== undefined && look(path)?.ino === inode) rmSync(path, { force: true })
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
