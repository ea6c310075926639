/** The upgrades that a node waits for, in a file: a restarted node has to know them. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import { decode, encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { PendingUpgrade } from '@wadi/consensus/upgrade'
import type { Upgrader } from '@wadi/consensus-services/kernel/upgrader'
import { createUpgrader } from '@wadi/consensus-services/upgrader'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'
import { tellIncompatible, tellStartup, watchUpgrader } from './upgradeWatch.ts'

const NAME = 'upgrades.cbor'
const PendingUpgrades = list(PendingUpgrade)

/** The upgrader of the node in a folder. */
export function openUpgrader(files: FileSystem, folder: string, log: Logger): Upgrader {
  const path = `${folder}/${NAME}`
  let kept = files.exists(path) ? readWhole(files, path) : encode(PendingUpgrades, [])
  const keep = (pending: readonly PendingUpgrade[]) => {
    const bytes = encode(PendingUpgrades, pending)
    // It is told after every block that may have changed something.
    if (equalBytes(bytes, kept)) return
    files.makeFolder(folder)
    replaceFile(files, folder, NAME, [bytes])
    kept = bytes
  }
  const pending = readPending(path, kept)
  try {
    const upgrader = createUpgrader({ pending, keep })
    tellStartup(pending, log)
    return watchUpgrader(upgrader, log)
  } catch (error) {
    tellIncompatible(pending, log)
    throw withRemedy(error, path)
  }
}

/** An upgrade that has begun can be cancelled no more: the node does not run. */
function withRemedy(error: unknown, path: string): unknown {
  if (!(error instanceof UnavailableError) || error.reason !== 'upgrade.wrongProgram') return error
  const remedy =
    'install the version that can do it, or, if the network goes on without that upgrade, ' +
    `remove ${path}`
  return new UnavailableError(error.reason, `${error.message}; ${remedy}`, { cause: error })
}

function readPending(path: string, bytes: Uint8Array): readonly PendingUpgrade[] {
  try {
    return decode(PendingUpgrades, bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const words = `${path} is damaged (${error.message}): put back the file of a backup`
    throw new UnavailableError('upgrades.damaged', words)
  }
}
