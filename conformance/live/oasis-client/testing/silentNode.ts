/** A node that is there and says nothing: its process stands still, and goes on where it was. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { NetworkNode } from '@wadi/localnet/create-network'

/** What Linux says of a process; nothing of one that has ended meanwhile. */
function factOf(pid: number, name: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** The process of its own that this one has begun for the node. */
function processOf({ configPath }: Pick<NetworkNode, 'configPath'>): number {
  const own = `\nPPid:\t${process.pid}\n`
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const [pid, ...others] = pids.filter(
    (each) => factOf(each, 'cmdline').includes(configPath) && factOf(each, 'status').includes(own),
  )
  assert.ok(pid !== undefined && others.length === 0, `${others.length} more have ${configPath}`)
  return pid
}

/** Does something while the node is silent. It keeps what it knows. */
export async function whileSilent<T>(
  node: Pick<NetworkNode, 'configPath'>,
  run: () => Promise<T>,
): Promise<T> {
  const pid = processOf(node)
  process.kill(pid, 'SIGSTOP')
  try {
    return await run()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
