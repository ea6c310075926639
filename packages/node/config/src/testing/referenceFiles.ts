/** What was recorded of the reference's program, read where it lies. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DEFAULT_FOLDER = join(import.meta.dirname, '../../../../../../shared/spec/oasis-node')

/** The folder that `WADI_NODE_SPEC` names; it need not exist. */
export const REFERENCE_FOLDER = process.env['WADI_NODE_SPEC'] ?? DEFAULT_FOLDER

/** Is nothing recorded here? Tests that compare with it are skipped then. */
export const isReferenceAbsent = !existsSync(REFERENCE_FOLDER)

/** A recorded file. */
export function readReference(path: string): string {
  return readFileSync(join(REFERENCE_FOLDER, path), 'utf8')
}

/** The recorded files in a folder. */
export function listReference(folder: string): readonly string[] {
  return isReferenceAbsent ? [] : readdirSync(join(REFERENCE_FOLDER, folder))
}
