/** The folder of a node before its first start: its identity, and its signed descriptor. */

import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { toIndentedJson } from '@wadi/cbor/json'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { MultiSignedNode } from '@wadi/primitives/node'
import { writeNamed } from '../namedFile.ts'

/** The name of the signed descriptor. */
export const NODE_GENESIS_FILE = 'node_genesis.json'

const OWNER_ONLY = 0o700

function refuse(sentence: string, cause?: unknown): UnavailableError {
  return new UnavailableError('provisioning.dataFolder', sentence, { cause })
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw refuse(`${path} cannot be looked at; name another folder`, cause)
  }
}

/** Makes the folder if it is missing; refuses one that others than its owner can look into. */
export function ensureDataFolder(path: string, userId: number | undefined): void {
  const stat = statOf(path)
  if (stat === undefined) {
    try {
      mkdirSync(path, { recursive: true, mode: OWNER_ONLY })
    } catch (cause) {
      throw refuse(`${path} cannot be made; name another folder with common.data_dir`, cause)
    }
    return
  }
  if (!stat.isDirectory()) throw refuse(`${path} is no folder; name another with common.data_dir`)
  if (process.platform === 'win32') return
  const mode = stat.mode & 0o777
  if (mode !== OWNER_ONLY)
    throw refuse(`${path} has mode 0${mode.toString(8)}, it is for its owner alone; chmod 700 it`)
  if (userId !== undefined && stat.uid !== userId)
    throw refuse(`${path} belongs to user ${stat.uid}; chown it to ${userId}`)
}

/** A folder that must be there. `option` is what names it. */
export function requireDataFolder(path: string, option: string): void {
  if (statOf(path) === undefined)
    throw refuse(`${path} does not exist; make it with mode 0700, or name another with ${option}`)
}

/** Writes the signed descriptor. */
export function saveNodeGenesis(files: FileSystem, folder: string, signed: MultiSignedNode): void {
  writeNamed(files, join(folder, NODE_GENESIS_FILE), toIndentedJson(MultiSignedNode, signed))
}
