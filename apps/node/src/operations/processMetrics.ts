/** What the process and its folder take of the machine, under the reference's names. */

import { defineMetrics, gauge, type InstrumentsOf } from '@wadi/base/metrics'
import { parseIo, parseNetworkDevices, parseStat, parseStatus } from './procFiles.ts'

const device = ['device'] as const

/** Names, kinds and labels are the reference's. */
export const processMetrics = defineMetrics('process', {
  up: gauge('Is the process running?', { name: 'oasis_up' }),
  userSeconds: gauge('CPU time spent in the program, in seconds.', {
    name: 'oasis_node_cpu_utime_seconds',
  }),
  systemSeconds: gauge('CPU time spent in the system for the program, in seconds.', {
    name: 'oasis_node_cpu_stime_seconds',
  }),
  virtualBytes: gauge('Size of the virtual memory, in bytes.', {
    name: 'oasis_node_mem_vm_size_bytes',
  }),
  anonymousBytes: gauge('Resident memory that belongs to no file, in bytes.', {
    name: 'oasis_node_mem_rss_anon_bytes',
  }),
  fileBytes: gauge('Resident memory of mapped files, in bytes.', {
    name: 'oasis_node_mem_rss_file_bytes',
  }),
  sharedBytes: gauge('Resident memory that is shared, in bytes.', {
    name: 'oasis_node_mem_rss_shmem_bytes',
  }),
  readBytes: gauge('What was read from disks, in bytes.', { name: 'oasis_node_disk_read_bytes' }),
  writtenBytes: gauge('What was written to disks, in bytes.', {
    name: 'oasis_node_disk_written_bytes',
  }),
  folderBytes: gauge('Size of the data folder, in bytes.', {
    name: 'oasis_node_disk_usage_bytes',
  }),
  stateBytes: gauge('Size of the state of the consensus layer, in bytes.', {
    name: 'oasis_abci_db_size',
  }),
  receivedBytes: gauge('What a network device received, in bytes.', {
    name: 'oasis_node_net_receive_bytes_total',
    labels: device,
  }),
  receivedPackets: gauge('What a network device received, in packets.', {
    name: 'oasis_node_net_receive_packets_total',
    labels: device,
  }),
  sentBytes: gauge('What a network device sent, in bytes.', {
    name: 'oasis_node_net_transmit_bytes_total',
    labels: device,
  }),
  sentPackets: gauge('What a network device sent, in packets.', {
    name: 'oasis_node_net_transmit_packets_total',
    labels: device,
  }),
})

/** What is measured with. */
export type ProcessInstruments = InstrumentsOf<typeof processMetrics>

/** Reads a file of `/proc` by its name there; undefined where there is none. */
export type ReadProc = (name: string) => string | undefined

/** Measures everything but files. Where the system tells nothing, what was measured last stays. */
export function measureProcess(to: ProcessInstruments, readProc: ReadProc): void {
  const { user, system } = parseStat(readProc('self/stat') ?? '') ?? {}
  if (user !== undefined) to.userSeconds.set(user)
  if (system !== undefined) to.systemSeconds.set(system)
  const memory = parseStatus(readProc('self/status') ?? '')
  const sizes = [
    [to.virtualBytes, 'VmSize'],
    [to.anonymousBytes, 'RssAnon'],
    [to.fileBytes, 'RssFile'],
    [to.sharedBytes, 'RssShmem'],
  ] as const
  for (const [instrument, name] of sizes) {
    const bytes = memory.get(name)
    if (bytes !== undefined) instrument.set(bytes)
  }
  const io = parseIo(readProc('self/io') ?? '')
  const read = io.get('read_bytes')
  const written = io.get('write_bytes')
  if (read !== undefined) to.readBytes.set(read)
  if (written !== undefined) to.writtenBytes.set(written)
  for (const { device: name, ...counts } of parseNetworkDevices(readProc('net/dev') ?? '')) {
    const labels = { device: name }
    to.receivedBytes.set(counts.receivedBytes, labels)
    to.receivedPackets.set(counts.receivedPackets, labels)
    to.sentBytes.set(counts.sentBytes, labels)
    to.sentPackets.set(counts.sentPackets, labels)
  }
}
