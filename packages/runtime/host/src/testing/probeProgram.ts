/** A runtime that looks around where it runs, and tells what it sees; and one that does wrong. */

import { spawn } from 'node:child_process'
import { fstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { toUtf8 } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { runProgram } from '@wadi/runtime-guest/runProgram'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import type { Runtime } from '@wadi/runtime-protocol/runtime'

const LINK = '/tmp/wadi-probe-link'
const DESCRIPTORS = 256

const Args = struct({ key: text })

const methods: Readonly<Record<string, (argument: string) => string>> = {
  read: (path) => readFileSync(path, 'utf8'),
  list: (path) => readdirSync(path).join(' '),
  write: (path) => {
    writeFileSync(path, 'probe')
    return 'written'
  },
  /** Whether a link leads further than its name. */
  follow: (path) => {
    rmSync(LINK, { force: true })
    symlinkSync(path, LINK)
    return readFileSync(LINK, 'utf8')
  },
  /** Files and folders that somebody else has opened: those of Node itself are neither. */
  descriptors: () => [...Array(DESCRIPTORS).keys()].filter(isOpenFile).join(' '),
  environment: () =>
    Object.keys(process.env)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(' '),
  interfaces: () => Object.keys(networkInterfaces()).join(' '),
  signal: (pid) => String(process.kill(Number(pid), 0)),
  spawn: () => String(spawn('/bin/sleep', ['1000'], { stdio: 'ignore' }).pid),
  eat: () => {
    const eaten: unknown[] = []
    for (;;) eaten.push(new Array(10_000).fill(eaten))
  },
  die: (code) => process.exit(Number(code)),
  say: (line) => {
    process.stderr.write(`${line}\n`)
    return 'said'
  },
}

function isOpenFile(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isFile() || stat.isDirectory() || stat.isBlockDevice()
  } catch {
    return false
  }
}

function tryMethod(method: string, argument: string): string {
  try {
    return methods[method]!(argument)
  } catch (error) {
    return `refused: ${(error as { code?: string }).code ?? error}`
  }
}

const probe: Runtime = {
  version: { major: 0, minor: 0, patch: 0 },
  initialBatchSize: 1,
  check: () => {
    for (;;);
  },
  execute: () => {
    for (;;);
  },
  query: (_context, _state, { method, args }) => toUtf8(tryMethod(method, decode(Args, args).key)),
}

await runProgram((host) => serveRuntime(probe, host))
