/**
 * The folder of a store: who holds it, what lies in it, and for which chain. Each refusal says
 * what, why, and what to do next.
 */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { STORE_HEADER_SIZE_MAX } from '../limits.ts'
import { type FileLock, type FileSystem, readWhole, replaceFile } from './fileSystem.ts'

/** What a store says about itself in the file `store.json`. */
export interface StoreIdentity {
  /** What kind of store it is, such as `node database`. */
  readonly kind: string
  /** The layout of its files. */
  readonly format: number
  /** The chain (and the runtime, if any) whose data it holds. */
  readonly chain: string
}

const HEADER = 'store.json'
const LOCK = 'lock'

/** A folder that is ours until it is released. */
export interface StoreFolder {
  readonly path: string
  readonly files: FileSystem
  /** Releasing again does nothing. */
  release(): void
}

function refusal(reason: string, sentence: string, next: string): UnavailableError {
  return new UnavailableError(`storage.${reason}`, `storage: ${sentence}; ${next}`)
}

function parseHeader(files: FileSystem, path: string): StoreIdentity | undefined {
  const bytes = readWhole(files, `${path}/${HEADER}`)
  if (bytes.length > STORE_HEADER_SIZE_MAX) return undefined
  try {
    const { kind, format, chain } = JSON.parse(parseUtf8(bytes))
    const isComplete =
      typeof kind === 'string' && typeof format === 'number' && typeof chain === 'string'
    return isComplete ? { kind, format, chain } : undefined
  } catch {
    return undefined
  }
}

function checkHeader(path: string, found: StoreIdentity | undefined, wanted: StoreIdentity): void {
  if (found === undefined)
    throw refusal(
      'badHeader',
      `${path}/${HEADER} is not the header of a store`,
      'choose another folder, or restore this one from a copy',
    )
  if (found.kind !== wanted.kind)
    throw refusal(
      'otherKind',
      `${path} holds a ${found.kind}, not a ${wanted.kind}`,
      'check the data folder in the configuration',
    )
  if (found.format !== wanted.format) {
    const next =
      found.format > wanted.format
        ? 'run the program that wrote it, or a newer one'
        : 'start with an empty folder and sync again'
    throw refusal(
      'otherFormat',
      `${path} has format ${found.format} of a ${wanted.kind}, this program reads ${wanted.format}`,
      next,
    )
  }
  if (found.chain !== wanted.chain)
    throw refusal(
      'otherChain',
      `${path} belongs to the chain ${found.chain}, not to ${wanted.chain}`,
      'check the genesis document and the data folder in the configuration',
    )
}

/** Takes the folder of a store, and makes it if there is none. */
export function openStoreFolder(
  files: FileSystem,
  path: string,
  identity: StoreIdentity,
): StoreFolder {
  files.makeFolder(path)
  const lock: FileLock | undefined = files.lock(`${path}/${LOCK}`)
  if (lock === undefined)
    throw refusal(
      'held',
      `another process holds the ${identity.kind} in ${path}`,
      'stop the other node, or give this one a data folder of its own',
    )
  try {
    if (files.exists(`${path}/${HEADER}`)) checkHeader(path, parseHeader(files, path), identity)
    else {
      const { kind, format, chain } = identity
      const text = `${JSON.stringify({ kind, format, chain })}\n`
      replaceFile(files, path, HEADER, [toUtf8(text)])
    }
  } catch (error) {
    lock.release()
    throw error
  }
  let isHeld = true
  const release = (): void => {
    if (isHeld) lock.release()
    isHeld = false
  }
  return { path, files, release }
}
