/** Versioned structs: a field `v` says how the rest is to be read. */

import { errors } from './errors.ts'
import { Reader, RULES } from './reader.ts'
import { u16 } from './scalars.ts'
import type { AnySchema, Schema } from './schema.ts'
import { nilable, struct } from './struct.ts'

/** No version: the reference uses the largest one as a mark. */
const INVALID_VERSION = 0xffff

const VersionOnly = struct({ v: nilable(u16) })

/** Reads only `v`; other fields are ignored. Throws when it is missing or malformed. */
export function readVersion(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) throw errors.missingVersion()
  const { v } = VersionOnly.read(new Reader(bytes, RULES.rpc))
  if (v === undefined || v === INVALID_VERSION) throw errors.missingVersion()
  return v
}

/**
 * A struct that is written in its latest version and read in any of several. An older schema yields
 * the latest type: it is a `mapped` one.
 * COMPAT(oasis-core): the Go type decodes itself, in untrusted mode whatever the outer mode is.
 */
export function versioned<T>(
  latest: Schema<T>,
  readers: Readonly<Record<number, Schema<T>>>,
): Schema<T> {
  return {
    ...latest,
    shape: {
      kind: 'versioned',
      latest: latest as AnySchema,
      readers: readers as Readonly<Record<number, AnySchema>>,
    },
    isEmpty: () => false,
    read(reader) {
      const start = reader.at
      reader.skip()
      const version = readVersion(reader.bytes.subarray(start, reader.at))
      const schema = readers[version]
      if (schema === undefined) throw errors.unknownVersion(String(version))
      const { rules } = reader
      reader.at = start
      if (!rules.isRust) reader.rules = RULES.untrusted
      const value = schema.read(reader)
      reader.rules = rules
      return value
    },
  }
}
