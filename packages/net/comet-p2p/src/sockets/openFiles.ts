/** How many files and sockets this process may have open, and how many of them are for peers. */

import { OPEN_FILES_RESERVED } from '../limits.ts'

/** What Node's types do not know of reports: what to leave out. */
interface Exclusions {
  excludeNetwork: boolean
  excludeEnv: boolean
}

/** What a report of the process says of its limits. */
interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | 'unlimited' } }
}

/** The limit of open files of this process; undefined if there is none, or nobody knows. */
export function openFilesMax(): number | undefined {
  const report = process.report as typeof process.report & Exclusions
  const before = [report.excludeNetwork, report.excludeEnv] as const
  // Names of machines would be looked up, and the environment may hold secrets.
  report.excludeNetwork = true
  report.excludeEnv = true
  const { userLimits } = report.getReport() as Report
  ;[report.excludeNetwork, report.excludeEnv] = before
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}

/** Sockets that peers and strangers may take, so that the disk never lacks a descriptor. */
export function socketsWithin(filesMax: number): number {
  return Math.max(filesMax - OPEN_FILES_RESERVED, Math.floor(filesMax / 2))
}
