import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { folderSize } from './folderSize.ts'
import { FOLDER_LOOK_MS_MIN } from './limits.ts'
import { ResourceWatch } from './resourceWatch.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-resources-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'application'))
writeFileSync(join(folder, 'application', 'state'), new Uint8Array(300))
writeFileSync(join(folder, 'key.pem'), new Uint8Array(7))
symlinkSync(folder, join(folder, 'round'))

describe('the size of a folder', () => {
  it('is that of its files, and a link is none', async () => {
    assert.equal(await folderSize(folder), 307)
    assert.equal(await folderSize(join(folder, 'missing')), 0)
  })

  it('is of so many files only', async () => {
    assert.ok((await folderSize(folder, 1)) < 307)
    assert.equal(await folderSize(folder, 2), 307)
  })
})

describe('what a process takes', () => {
  it('is measured under the names of the reference, again and again', async () => {
    const metrics = new MetricsRegistry()
    const waits: { readonly ms: number; readonly run: () => void }[] = []
    const after = (ms: number, run: () => void) => {
      waits.push({ ms, run })
      return { cancel: () => undefined }
    }
    let ticks = 100
    const files: Record<string, () => string> = {
      'self/stat': () => `7 (node) S 1 7 7 0 -1 4194560 100 0 0 0 ${ticks} 75 0 0 20 0 11`,
      'self/status': () =>
        'VmSize:\t  4 kB\nRssAnon:\t  3 kB\nRssFile:\t  2 kB\nRssShmem:\t  1 kB\n',
      'self/io': () => 'read_bytes: 11\nwrite_bytes: 12\n',
      'net/dev': () => 'eth0: 30 3 0 0 0 0 0 0 40 4 0 0 0 0 0 0\n',
    }
    const methods = {
      'Registry/GetNodes': { answer: () => [1, 2] },
      'Registry/GetEntities': { answer: () => [1] },
      'Registry/GetRuntimes': { answer: () => [] },
    }
    const watch = new ResourceWatch({
      metrics,
      timers: { after },
      dataDir: folder,
      intervalMs: 5_000,
      methods: () => methods as never,
      readProc: (name) => files[name]?.(),
    })
    await watch.start()
    const lines = () =>
      formatMetrics(metrics.collect())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
    assert.deepEqual(lines(), [
      'oasis_abci_db_size 300',
      'oasis_node_cpu_stime_seconds 0.75',
      'oasis_node_cpu_utime_seconds 1',
      'oasis_node_disk_read_bytes 11',
      'oasis_node_disk_usage_bytes 307',
      'oasis_node_disk_written_bytes 12',
      'oasis_node_mem_rss_anon_bytes 3072',
      'oasis_node_mem_rss_file_bytes 2048',
      'oasis_node_mem_rss_shmem_bytes 1024',
      'oasis_node_mem_vm_size_bytes 4096',
      'oasis_node_net_receive_bytes_total{device="eth0"} 30',
      'oasis_node_net_receive_packets_total{device="eth0"} 3',
      'oasis_node_net_transmit_bytes_total{device="eth0"} 40',
      'oasis_node_net_transmit_packets_total{device="eth0"} 4',
      'oasis_registry_entities 1',
      'oasis_registry_nodes 2',
      'oasis_registry_runtimes 0',
      'oasis_up 1',
    ])
    assert.deepEqual(
      waits.map(({ ms }) => ms),
      [5_000, FOLDER_LOOK_MS_MIN],
    )
    ticks = 200
    waits[0]?.run()
    assert.ok(lines().includes('oasis_node_cpu_utime_seconds 2'))
    watch.stop()
    assert.ok(lines().includes('oasis_up 0'))
  })

  it('stays unknown where the system does not tell', async () => {
    const metrics = new MetricsRegistry()
    const watch = new ResourceWatch({
      metrics,
      timers: { after: () => ({ cancel: () => undefined }) },
      dataDir: folder,
      intervalMs: 1,
      methods: () => undefined,
      readProc: () => undefined,
    })
    await watch.start()
    assert.match(formatMetrics(metrics.collect()), /^oasis_up 1$/m)
  })
})
