/** Descriptors of upgrades, in files. */

import { parseJson } from '@wadi/cbor/json'
import { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { checkDescriptor } from '@wadi/consensus-services/upgrade/descriptors'
import { readNamedText } from './textFile.ts'

/** An upgrade that somebody could follow. */
export function readUpgrade(path: string): UpgradeDescriptor {
  return readNamedText(path, 'an upgrade descriptor in JSON', (text) => {
    const descriptor = parseJson(UpgradeDescriptor, text)
    checkDescriptor(descriptor)
    return descriptor
  })
}

/** Any descriptor: one that is taken back need not be one that could be followed. */
export function readAnyUpgrade(path: string): UpgradeDescriptor {
  return readNamedText(path, 'an upgrade descriptor in JSON', (text) =>
    parseJson(UpgradeDescriptor, text),
  )
}
