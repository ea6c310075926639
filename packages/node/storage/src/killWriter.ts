/**
 * Kills processes that write to a node database, at random moments, and reads what they left:
 *
 *   node src/killWriter.ts [kills]
 *
 * Each writer commits, finalizes, prunes and compacts as fast as it can and prints every version
 * that was acknowledged. After each kill the last acknowledged version must be there, readable to
 * its last key, and its root must come out again when it is computed from the keys alone. The next
 * writer goes on in the same folder; a few folders are written side by side.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import { NodeDatabase } from './nodedb/nodeDatabase.ts'

const namespace = new Uint8Array(32)
const KEYS = 200
const CHANGES = 15
const VERSIONS_KEPT = 5n
/** Small: every few milliseconds a segment ends, an index is written, space is given back. */
const sizes = { segmentSize: 64 * 1024, indexInterval: 96 * 1024 }

function open(folder: string): NodeDatabase {
  const durability = 'buffered'
  return NodeDatabase.open({ path: folder, chain: 'kill', namespace, durability, sizes })
}

function latestRoot(database: NodeDatabase): Root {
  const version = database.latestVersion
  const root = version === undefined ? undefined : database.roots(version)[0]
  return root ?? { namespace, version: version ?? 1n, type: ROOT_TYPE_STATE, hash: EMPTY_HASH }
}

function openLatest(arena: Arena, database: NodeDatabase): Tree {
  const root = latestRoot(database)
  return openTree(arena, { root, rootAddress: database.rootAddress(root), reader: database })
}

function writeVersion(database: NodeDatabase, tree: Tree, previous: Root): Root {
  for (let i = 0; i < CHANGES; i++) {
    const key = toUtf8(`key ${Math.floor(Math.random() * KEYS)}`)
    if (Math.random() < 0.2) tree.remove(key)
    else tree.insert(key, toUtf8(`value ${Math.random()}`.repeat(5)))
  }
  const isFirst = equalBytes(previous.hash, EMPTY_HASH)
  const version = isFirst && database.latestVersion === undefined ? 1n : previous.version + 1n
  const baseAddress = database.nextAddress
  const commit = tree.commit({ version, baseAddress })
  database.commit({ commit, previous, baseAddress })
  database.finalize([commit.root])
  return commit.root
}

/** The process that is going to be killed. */
function write(folder: string, versions: number): void {
  const database = open(folder)
  const tree = openLatest(new Arena(), database)
  let root = latestRoot(database)
  for (let left = versions; left > 0; left--) {
    root = writeVersion(database, tree, root)
    fs.writeSync(1, `${root.version} ${toHex(root.hash)}\n`)
    const { earliestVersion } = database
    if (earliestVersion !== undefined && earliestVersion + VERSIONS_KEPT < root.version)
      database.prune(earliestVersion)
    if (root.version % 16n === 0n) database.compact()
  }
  database.close()
}

/** Reads everything that is there; the result is how many pairs there were. */
function verify(arena: Arena, folder: string, acknowledged: string | undefined): number {
  const database = open(folder)
  try {
    const [version, hash] = acknowledged?.split(' ') ?? []
    const { latestVersion, earliestVersion } = database
    if (version === undefined) return 0
    assert(latestVersion !== undefined && latestVersion >= BigInt(version), 'a version is lost')
    let pairs = 0
    for (let at = earliestVersion!; at <= latestVersion; at++) {
      const root = database.roots(at)[0]!
      if (at === BigInt(version)) assert(toHex(root.hash) === hash, 'another root was acknowledged')
      pairs += recompute(arena, database, root)
    }
    return pairs
  } finally {
    database.close()
  }
}

function recompute(arena: Arena, database: NodeDatabase, root: Root): number {
  const rootAddress = database.rootAddress(root)
  const stored = openTree(arena, { root, rootAddress, reader: database })
  const again = createTree(arena, { namespace, type: root.type })
  let pairs = 0
  for (const [key, value] of pairsWithPrefix(stored, new Uint8Array(0))) {
    again.insert(key, value)
    pairs++
  }
  const isSame = equalBytes(again.rootHash(), root.hash)
  stored.dispose()
  again.dispose()
  assert(isSame, `the root of version ${root.version} does not come out again`)
  return pairs
}

/** Most of a writer's life would be compiling: they share what the first one compiled. */
function start(
  mode: '--write' | '--write-once',
  folder: string,
): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [fileURLToPath(import.meta.url), mode, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: `${path.dirname(folder)}/compiled` },
  })
}

async function killOne(folder: string): Promise<string | undefined> {
  const child = start('--write', folder)
  const versionsToLive = 1 + Math.floor(Math.random() * 30)
  const delayUs = Math.floor(Math.random() * 2000)
  let text = ''
  let isDoomed = false
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (isDoomed || text.split('\n').length <= versionsToLive) return
    isDoomed = true
    // Not on the beat of the writer: somewhere inside of what it does next.
    for (const end = performance.now() + delayUs / 1000; performance.now() < end; );
    child.kill('SIGKILL')
  })
  const [, signal] = await once(child, 'close')
  assert(signal === 'SIGKILL', 'the writer ended by itself')
  return text.split('\n').at(-2)
}

/** What came of it. */
export interface KillReport {
  readonly kills: number
  readonly versions: bigint
  readonly pairsRead: number
}

/** Folders in which writers are killed side by side: most of a writer's life it starts. */
const LANES = 3

/** Kills so many writers, those of a folder one after the other. */
export async function killWriters(kills: number): Promise<KillReport> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-writer-'))
  try {
    fs.mkdirSync(`${folder}/compiled`)
    let left = kills
    const isOneLeft = (): boolean => left-- > 0
    const lane = (i: number) => killInLane(`${folder}/${i}`, isOneLeft)
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)))
    return lanes.reduce((a, b) => ({
      kills: a.kills + b.kills,
      versions: a.versions + b.versions,
      pairsRead: a.pairsRead + b.pairsRead,
    }))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

async function killInLane(folder: string, isOneLeft: () => boolean): Promise<KillReport> {
  const arena = new Arena()
  let kills = 0
  let pairsRead = 0
  let acknowledged: string | undefined
  await once(start('--write-once', folder), 'close')
  for (; isOneLeft(); kills++) {
    acknowledged = await killOne(folder)
    assert(acknowledged !== undefined, 'a writer was killed before it wrote anything')
    pairsRead += verify(arena, folder, acknowledged)
  }
  return { kills, versions: BigInt(acknowledged?.split(' ')[0] ?? 0), pairsRead }
}

async function killAndReport(count: number): Promise<void> {
  const began = performance.now()
  const { kills, versions, pairsRead } = await killWriters(count)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const found = `${versions} versions, ${pairsRead} pairs read, nothing lost`
  process.stdout.write(`${kills} writers killed in ${seconds} s: ${found}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [mode, folder] = process.argv.slice(2)
  if (folder !== undefined) write(folder, mode === '--write-once' ? 1 : Number.POSITIVE_INFINITY)
  else await killAndReport(Number(mode ?? 300))
}
