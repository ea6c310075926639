/** What the documents say about files, packages and dependencies is so. */

import type { Finding, House } from './house.ts'

const SPEC_MAP = 'docs/spec-map.md'
const ARCHITECTURE = 'ARCHITECTURE.md'
const STATUS = 'conformance/STATUS.md'
const RUNNER = /^conformance\/(runners\/[^/]+\.test\.ts)$/
const STATUS_ROW = /^\| \[[^\]]+\]\((runners\/[^)]+)\) \| \d+ \| (\d+) \| (\d+) \| (\d+) \|$/

/** Where rules of the protocol live: each of their files has its place in the specification. */
const RULE_FILE =
  /^packages\/(common\/(primitives|mkvs)|consensus\/[a-z]+)\/src\/(?!kernel\/)(?!.*\blimits\.ts$)/

export function linesOf(house: House, path: string): readonly string[] {
  return (house.files.get(path) ?? '').split('\n')
}

export function codeSpans(line: string): string[] {
  return [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

function isPath(text: string): boolean {
  return /^(packages|conformance|bench|tools|docs)\/[\w./-]+$/.test(text)
}

function isThere(house: House, path: string): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`
  return house.files.has(path) || [...house.files.keys()].some((file) => file.startsWith(folder))
}

/** Every path that a document of ours names exists. */
export function checkPaths(house: House): Finding[] {
  const documents = [...house.files.keys()].filter((path) => path.endsWith('.md'))
  return documents.flatMap((path) =>
    linesOf(house, path).flatMap((line, i) =>
      codeSpans(line)
        .filter((span) => isPath(span) && !isThere(house, span))
        .map((span) => ({ path, line: i + 1, message: `${span} does not exist` })),
    ),
  )
}

/** Every rule file is on the map from the specification. */
export function checkSpecMap(house: House): Finding[] {
  const mapped = linesOf(house, SPEC_MAP).flatMap(codeSpans)
  return house.sources
    .filter(({ path, isTest }) => RULE_FILE.test(path) && !isTest)
    .filter(({ path }) => !mapped.some((entry) => path === entry || isBelow(path, entry)))
    .map(({ path }) => ({ path, line: 1, message: `the file is not on ${SPEC_MAP}` }))
}

function isBelow(path: string, folder: string): boolean {
  return folder.endsWith('/') && path.startsWith(folder)
}

/** The matrix of the architecture: `| name | layer | world | …` for every package and no others. */
export function checkMatrix(house: House): Finding[] {
  const rows = linesOf(house, ARCHITECTURE).flatMap((line, i) => {
    const [name, layer, world] = line.split('|').slice(1, 4)
    const isRow = name?.trim().startsWith('`@wadi/') === true
    return isRow ? [{ line: i + 1, text: `${name}|${layer}|${world}`.replace(/[\s`]/g, '') }] : []
  })
  const wanted = house.packages.map(({ name, layer, world }) => `${name}|${layer}|${world}`)
  const missing = wanted
    .filter((text) => !rows.some((row) => row.text === text))
    .map((text) => ({ line: 1, message: `the matrix lacks the row ${text}` }))
  const wrong = rows
    .filter(({ text }) => !wanted.includes(text))
    .map(({ line, text }) => ({ line, message: `no package.json says ${text}` }))
  return [...missing, ...wrong].map((finding) => ({ path: ARCHITECTURE, ...finding }))
}

/** Every runner over vectors has a row in which everything passed, and every row its runner. */
export function checkStatus(house: House): Finding[] {
  const at = (line: number, message: string): Finding => ({ path: STATUS, line, message })
  const again = 'run `npm run -s status`'
  const rows = linesOf(house, STATUS).flatMap((text, i) => {
    const [, runner, run, passed, skipped] = STATUS_ROW.exec(text) ?? []
    const isGood = Number(run) > 0 && Number(run) === Number(passed) + Number(skipped)
    return runner === undefined ? [] : [{ line: i + 1, runner, isGood }]
  })
  const runners = [...house.files.keys()].flatMap((path) => RUNNER.exec(path)?.[1] ?? [])
  const missing = runners
    .filter((runner) => !rows.some((row) => row.runner === runner))
    .map((runner) => at(1, `there is no row of ${runner}: ${again}`))
  const gone = rows
    .filter(({ runner }) => !runners.includes(runner))
    .map(({ line, runner }) => at(line, `there is no ${runner}: ${again}`))
  const failed = rows
    .filter(({ isGood }) => !isGood)
    .map(({ line, runner }) => at(line, `not all of ${runner} passed: ${again}`))
  return [...missing, ...gone, ...failed]
}
