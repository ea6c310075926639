/** The files of a bundle on a disk, where they can be run. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Bundle } from '@wadi/runtime-protocol/bundle'
import { componentsOf } from '@wadi/runtime-protocol/bundle/components'
import { MANIFEST_NAME } from '@wadi/runtime-protocol/bundle/manifest'
import { unavailable } from '../errors.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const PROGRAM_MODE = 0o700
/** A file that is being written. */
const UNFINISHED = 'unfinished'

/**
 * Writes what is not there yet into a folder that is named for the manifest's hash, and gives its
 * path. A file with another content is not touched: somebody may be running it.
 */
export function explodeBundle(bundle: Bundle, parent: string): string {
  const { manifest, manifestFile, manifestHash, files } = bundle
  const folder = join(parent, toHex(manifestHash))
  const programs = new Set(
    componentsOf(manifest).flatMap(({ elf, executable }) => [elf?.executable, executable]),
  )
  for (const name of files.keys()) {
    // Whoever reads a bundle has refused all other names.
    assert(basename(name) === name && name !== '..', 'a file of a bundle is in no folder')
  }
  writeOnce(folder, MANIFEST_NAME, { bytes: manifestFile, mode: FILE_MODE })
  for (const [name, bytes] of files) {
    writeOnce(folder, name, { bytes, mode: programs.has(name) ? PROGRAM_MODE : FILE_MODE })
  }
  return folder
}

interface Content {
  readonly bytes: Uint8Array
  readonly mode: number
}

function writeOnce(folder: string, name: string, { bytes, mode }: Content): void {
  const path = join(folder, name)
  if (existsSync(path)) {
    if (equalBytes(readFileSync(path), bytes)) return
    throw unavailable('corruptedBundle', `${path} is not what is in the bundle`)
  }
  // In the manifest's folder no file of a bundle can be in the way, and a name has room there.
  const temporary = join(folder, dirname(MANIFEST_NAME), UNFINISHED)
  mkdirSync(dirname(temporary), { recursive: true, mode: FOLDER_MODE })
  // Nobody ever finds half of a file.
  rmSync(temporary, { force: true })
  writeFileSync(temporary, bytes, { mode })
  renameSync(temporary, path)
}
