/** Write logs on the wire: in the answers of runtimes, and between nodes. */

import { list } from '@wadi/cbor/collections'
import { mapped } from '@wadi/cbor/mapped'
import { bytes } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { arrayStruct, nilable } from '@wadi/cbor/struct'
import { WRITE_LOG_COUNT_MAX } from './limits.ts'
import type { WriteLog, WriteLogEntry } from './roots.ts'

const WireEntry = arrayStruct({ key: bytes, value: nilable(bytes) })

const Entry: Schema<WriteLogEntry> = mapped(WireEntry, {
  name: 'WriteLogEntry',
  from: ({ key, value }) => [key, value] as const,
  to: ([key, value]) => ({ key, value }),
})

/** Null is a key that was removed, an empty value is one that was written. */
export const WireWriteLog: Schema<WriteLog> = list(Entry, { countMax: WRITE_LOG_COUNT_MAX })
