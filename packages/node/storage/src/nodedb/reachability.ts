/** Which records hang under a root: asked only where the lists of a commit cannot tell. */

import { decodeRecord } from '@wadi/mkvs/nodeRecord'
import { AddressSet } from './addressSet.ts'
import type { NodeLog } from './nodeLog.ts'
import type { Extent } from './notes.ts'

/**
 * Walks the records under `rootAddress` that are not in `seen` yet, and adds them to it. Records
 * below `lowest` are not entered: children lie before their parents, so nothing above hides there.
 */
export function* walkRecords(
  log: NodeLog,
  rootAddress: number,
  seen: AddressSet,
  lowest = 1,
): Generator<Extent> {
  const waiting = [rootAddress]
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (address < lowest || address === 0 || !seen.add(address)) continue
    const bytes = log.readRecord(address)
    const record = decodeRecord(bytes)
    const size = bytes.length
    if (record.kind === 'internal') {
      for (const child of [record.leaf, record.left, record.right])
        if (child !== undefined) waiting.push(child.address)
    }
    yield { address, size }
  }
}

/** The addresses of all records under the roots, from `lowest` on. */
export function reachable(log: NodeLog, rootAddresses: readonly number[], lowest = 1): AddressSet {
  const seen = new AddressSet()
  for (const address of rootAddresses) for (const _ of walkRecords(log, address, seen, lowest));
  return seen
}
