/** What the rules look at: files with their text and tokens, packages with their manifests. */

import { type Token, tokenize } from './tokens.ts'

/** Where code may run, and so what it may use. */
export type World = 'rules' | 'node' | 'web'

export type Package = {
  readonly name: string
  /** With a closing slash. */
  readonly folder: string
  readonly layer: number
  readonly world: World
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies: ReadonlySet<string>
  readonly testDependencies: ReadonlySet<string>
}

export type Source = {
  readonly path: string
  readonly text: string
  /** Without comments. */
  readonly tokens: readonly Token[]
  readonly comments: readonly Token[]
  readonly home: Package | undefined
  /** Tests, benchmarks, compliance suites and generators of inputs: not part of any product. */
  readonly isTest: boolean
}

export type House = {
  /** Path → text of every file; the text of files that are no text is of no use to any rule. */
  readonly files: ReadonlyMap<string, string>
  readonly packages: readonly Package[]
  readonly sources: readonly Source[]
  /** Third-party packages of the root manifest. */
  readonly rootDependencies: ReadonlySet<string>
  /** Third-party packages of any manifest: there for everybody who runs tests. */
  readonly installed: ReadonlySet<string>
}

export type Finding = {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A rule of the house: it sees everything and returns what breaks it. */
export type Rule = (house: House) => readonly Finding[]

type Manifest = {
  readonly name: string
  readonly wadi?: { readonly layer: number; readonly world: World }
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const TEST_PATH =
  /\.(test|bench|types\.test)\.ts$|^conformance\/|\/(compliance|arbitrary|fixtures)\//

function namesOf(...tables: readonly (Readonly<Record<string, string>> | undefined)[]) {
  return new Set(tables.flatMap((table) => Object.keys(table ?? {})))
}

function toPackage(path: string, manifest: Manifest): Package[] {
  if (manifest.wadi === undefined) return []
  return [
    {
      name: manifest.name,
      folder: path.slice(0, -'package.json'.length),
      layer: manifest.wadi.layer,
      world: manifest.wadi.world,
      exports: manifest.exports ?? {},
      dependencies: namesOf(manifest.dependencies),
      testDependencies: namesOf(manifest.devDependencies),
    },
  ]
}

function toSource(path: string, text: string, packages: readonly Package[]): Source {
  const all = tokenize(text)
  return {
    path,
    text,
    tokens: all.filter(({ kind }) => kind !== 'comment'),
    comments: all.filter(({ kind }) => kind === 'comment'),
    home: packages.find(({ folder }) => path.startsWith(folder)),
    isTest: TEST_PATH.test(path),
  }
}

/** Reads the manifests and cuts the sources of a set of files. */
export function createHouse(files: ReadonlyMap<string, string>): House {
  const manifests = [...files].filter(([path]) => path.endsWith('/package.json'))
  const packages = manifests.flatMap(([path, text]) => toPackage(path, JSON.parse(text)))
  const sources = [...files]
    .filter(([path]) => /\.(ts|mjs)$/.test(path))
    .map(([path, text]) => toSource(path, text, packages))
  const root = JSON.parse(files.get('package.json') ?? '{}') as Manifest
  const rootDependencies = namesOf(
    root.dependencies,
    root.devDependencies,
    root.optionalDependencies,
  )
  const installed = new Set([
    ...rootDependencies,
    ...packages.flatMap((each) => [...each.dependencies, ...each.testDependencies]),
  ])
  return { files, packages, sources, rootDependencies, installed }
}
