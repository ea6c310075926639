/** Tarballs of what people install, and of all that it stands on. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listFiles, ROOT } from '../repository.ts'
import { compile } from './compile.ts'
import { neededModules } from './imports.ts'
import { packedManifest } from './packedManifest.ts'
import { type Program, programManifest, programStart, programs } from './programs.ts'
import { packFolders, type Tarball } from './tarballs.ts'
import {
  closureOf,
  readManifest,
  readWorkspaces,
  type Versions,
  type Workspace,
} from './workspaces.ts'

/** What others import, and the Node that it needs: a node keeps things in Node's own SQLite. */
const LIBRARIES: Readonly<Record<string, string>> = {
  '@wadi/sdk': '>=20',
  '@wadi/localnet': '>=24.7',
}

/** Not packed: tests, and what only they need. */
const TEST = /\.(test|bench)\.ts$/
const FOR_TESTS = /\/(testing|arbitrary|compliance)\//
const MODULE_FILES = ['.js', '.d.ts']

const withoutExtension = (path: string) => path.replace(/\.ts$/, '')

function sourcesOf({ folder }: Workspace): readonly string[] {
  return listFiles(`${folder}/src`).filter((path) => path.endsWith('.ts') && !TEST.test(path))
}

/** Modules by the names under which others import them. */
function exportsOf({ folder, manifest: { name, exports = {} } }: Workspace) {
  return Object.entries(exports).map(
    ([entry, path]) => [`${name}${entry.slice(1)}`, withoutExtension(join(folder, path))] as const,
  )
}

/** The compiled files that are needed, by their place in the house. */
function neededFiles(packed: readonly Workspace[], compiled: string): ReadonlyMap<string, string> {
  const filesOf = (module: string) =>
    MODULE_FILES.map((end) => `${module}${end}`).filter((path) => existsSync(join(compiled, path)))
  const read = (path: string) => readFileSync(join(compiled, path), 'utf8')
  const exports = new Map(packed.flatMap(exportsOf))
  const entries = [...exports.values()].filter((path) => !FOR_TESTS.test(path))
  const modules = neededModules(entries, exports, (module) => filesOf(module).map(read))
  return new Map([...modules].flatMap(filesOf).map((path) => [path, read(path)]))
}

function writePackage(target: string, manifest: object, files: ReadonlyMap<string, string>): void {
  const all = [['package.json', `${JSON.stringify(manifest, undefined, 2)}\n`] as const, ...files]
  for (const [path, text] of all) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), text)
  }
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'))
}

function readmeOf({ folder }: Workspace) {
  return ['README.md', readFileSync(join(ROOT, folder, 'README.md'), 'utf8')] as const
}

function stageProgram(program: Program, workspace: Workspace, stage: string): string {
  const { version, optionalDependencies: nodes = {} } = readManifest('')
  const target = join(stage, program.name)
  const start = [`bin/${program.name}.js`, programStart(program)] as const
  const manifest = programManifest(program, { version, nodes })
  writePackage(target, manifest, new Map([start, readmeOf(workspace)]))
  return target
}

/** What every package of the house is packed with. */
interface Packing {
  readonly stage: string
  readonly files: ReadonlyMap<string, string>
  readonly house: Versions
}

function stageWorkspace(workspace: Workspace, { stage, files, house }: Packing): string {
  const { folder, manifest } = workspace
  const target = join(stage, manifest.name)
  const sources = `${folder}/src/`
  const own = [...files]
    .filter(([path]) => path.startsWith(sources))
    .map(([path, text]) => [`dist/${path.slice(sources.length)}`, text] as const)
  const modules = new Map(own)
  const all = new Map([...modules, readmeOf(workspace)])
  const node = LIBRARIES[manifest.name]
  writePackage(target, packedManifest(manifest, modules, { house, node }), all)
  return target
}

/** Writes the tarballs of programs into a folder, those of packages into `@wadi` in it. */
export async function packHouse(folder: string): Promise<readonly Tarball[]> {
  const work = mkdtempSync(join(tmpdir(), 'wadi-pack-'))
  try {
    const [compiled, stage] = [join(work, 'compiled'), join(work, 'stage')]
    mkdirSync(compiled)
    const workspaces = readWorkspaces()
    const roots = [...programs.map(({ starts }) => starts), ...Object.keys(LIBRARIES)]
    const packed = closureOf(workspaces, roots)
    await compile(packed.flatMap(sourcesOf), compiled)
    const versions = packed.map(({ manifest: { name, version } }) => [name, version])
    const packing = {
      stage,
      files: neededFiles(packed, compiled),
      house: Object.fromEntries(versions),
    }
    const starting = programs.map((program) =>
      stageProgram(program, workspaces.get(program.starts)!, stage),
    )
    const parts = packed.map((workspace) => stageWorkspace(workspace, packing))
    return [
      ...(await packFolders(starting, folder)),
      // In a folder of their own: npm calls the tarballs of wadi-node and @wadi/node alike.
      ...(await packFolders(parts, join(folder, '@wadi'))),
    ]
  } finally {
    rmSync(work, { recursive: true })
  }
}
