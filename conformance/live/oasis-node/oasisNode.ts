/** The reference's node, built from its published module, to be run beside ours. */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import { openFilesMax } from '@wadi/comet-p2p/open-files'
import { buildProgram, type Program } from '../cbor/oracle.ts'

const MODULE = 'github.com/oasisprotocol/oasis-core/go'
/** Where it says how many files a process has to be allowed to open. */
const LIMIT_FILE = 'oasis-node/cmd/common/common.go'
const LIMIT = 'RequiredRlimit = 50_000'
const FILES_WANTED = 50_000
const LIMIT_HERE = 'RequiredRlimit = 1_024'

function runGo(...args: readonly string[]): string {
  return execFileSync('go', args, { cwd: import.meta.dirname, stdio: 'pipe' })
    .toString()
    .trim()
}

/**
 * Describes a module in which a copy of the reference's is content with the files that a process
 * may open here. The copy is made in a folder that is removed when the program has been built.
 */
function describeModule(folder: string): string {
  const source = runGo('mod', 'download', '-json', MODULE)
  const { Dir: original } = JSON.parse(source) as { readonly Dir: string }
  const copy = join(folder, 'copy')
  // Modules are kept without the right to write.
  cpSync(original, copy, { recursive: true, mode: 0 })
  execFileSync('chmod', ['-R', 'u+w', copy])
  const path = join(copy, LIMIT_FILE)
  const text = readFileSync(path, 'utf8')
  assert(text.includes(LIMIT), `the reference says ${LIMIT}`)
  writeFileSync(path, text.replace(LIMIT, LIMIT_HERE))
  const own = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  writeFileSync(join(folder, 'go.mod'), `${own('go.mod')}\nreplace ${MODULE} => ${copy}\n`)
  writeFileSync(join(folder, 'go.sum'), own('go.sum'))
  return join(folder, 'go.mod')
}

function buildNode(): Program {
  if ((openFilesMax() ?? FILES_WANTED) >= FILES_WANTED) return buildProgram(import.meta.dirname)
  const folder = mkdtempSync(join(tmpdir(), 'wadi-oasis-node-'))
  try {
    let module: string
    try {
      module = describeModule(folder)
    } catch {
      const missing = "the reference's node cannot be built: there is no Go, or no module"
      return { path: 'oasis-node', missing }
    }
    return buildProgram(import.meta.dirname, [`-modfile=${module}`])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Takes the program that WADI_OASIS_NODE names, or builds it where that says `build` and Go is: its
 * thousand packages take minutes.
 */
export function findOasisNode(): Program {
  const named = process.env['WADI_OASIS_NODE'] ?? ''
  if (named === 'build') return buildNode()
  if (existsSync(named)) return { path: named, missing: false }
  const missing = 'WADI_OASIS_NODE names no oasis-node, and does not say `build`'
  return { path: 'oasis-node', missing }
}

/** A key of tests where the release has it that is built here: ours takes both names. */
export function asReleased(config: string): string {
  return config
    .replace(/ *allow_duplicate_ip: .*\n/, '')
    .replace(/^( *)addr_book_lenient: .*\n/m, '$&$1allow_duplicate_ip: true\n')
}
