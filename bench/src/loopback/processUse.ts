/** What processes use, as the system counts it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { assert } from '@wadi/base/errors'

/** Clock ticks of `/proc` in a second: the same on every Linux. */
const TICKS_PER_SECOND = 100
const KIBIBYTE = 1024
/** In `/proc/<pid>/stat`, counted from behind the name in parentheses. */
const USER_TIME = 11
const SYSTEM_TIME = 12

/** Can processes be looked at on this system? */
export function canSeeProcesses(): boolean {
  return existsSync('/proc/self/stat')
}

/** Processes that were told of a folder. */
export function processesOf(folder: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const isOfFolder = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
    } catch {
      // It has ended.
      return false
    }
  }
  return pids.filter(isOfFolder).map(Number)
}

/** Seconds of the processor that processes have used, all threads together. */
export function cpuSecondsOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])
  })
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
}

/** Bytes of memory of the largest of some processes. */
export function residentBytesOf(pids: readonly number[]): number {
  const sizes = pids.map((pid) => {
    const [, kibibytes] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    assert(kibibytes !== undefined, `process ${pid} lives`)
    return Number(kibibytes) * KIBIBYTE
  })
  return Math.max(...sizes)
}
