/** Write logs on the wire: in the answers of runtimes, and between nodes. */

import { list } from '@wadi/cbor/collections'
import { mapped } from '@wadi/cbor/mapped'
import { bytes } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { arrayStruct, nilable } from '@wadi/cbor/struct'
import type { WriteLog, WriteLogEntry } from './roots.ts'

const WireEntry = arrayStruct({ key: bytes, value: nilable(bytes) })

const Entry: Schema<WriteLogEntry> = mapped(WireEntry, {
  name: 'WriteLogEntry',
  from: ({ key, value }) => [key, value] as const,
  to: ([key, value]) => ({ key, value }),
})

/**
 * Null is a key that was removed, an empty value is one that was written. Whoever reads logs says
 * how many changes there may be: one takes three bytes on the wire, and a hundred times as many in
 * memory.
 */
export function wireWriteLog(countMax: number): Schema<WriteLog> {
  return list(Entry, { countMax })
}
