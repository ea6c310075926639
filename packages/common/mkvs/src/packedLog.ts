/** A write log as it leaves the kernel, taken apart when somebody looks at it. */

import { decodeRecord, recordSize } from './nodeRecord.ts'
import type { WriteLog, WriteLogEntry } from './roots.ts'

/**
 * PERF: a thousand entries are two thousand small arrays, which made a process with a million keys
 * a third larger when each commit listed them. Most commits are stored without a look at their log.
 */
export interface PackedLog {
  /** The records of the leaves that were written, one behind the other. */
  readonly written: Uint8Array
  readonly removed: readonly Uint8Array[]
}

/** The entries of a log; they are views into it. */
export function unpackLog({ written, removed }: PackedLog): WriteLog {
  const log: WriteLogEntry[] = []
  for (let at = 0; at < written.length; ) {
    const rest = written.subarray(at)
    const size = recordSize(rest)
    const record = decodeRecord(rest.subarray(0, size))
    if (record.kind === 'leaf') log.push([record.key, record.value])
    at += size
  }
  for (const key of removed) log.push([key, undefined])
  return log
}
