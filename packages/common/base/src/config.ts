/**
 * Configuration: each component declares one section; a program composes sections. The type, the
 * check and the documentation follow from the declaration. Reading files is for the shell.
 */

import {
  type Around,
  type ConfigOf,
  joinPath,
  leavesOf,
  type Options,
  readFields,
  refuseKey,
  suggest,
} from './configFields.ts'
import { checkFallback, errors, isTable, refuse } from './configOption.ts'
import { describePlace } from './configPlace.ts'
import {
  environmentNameOf,
  filePlace,
  flagNameOf,
  readOverrides,
  type Sources,
} from './configSources.ts'
import { assert } from './errors.ts'

/** What is wrong with values that are fine each for itself: at which key, and why. */
export interface Complaint {
  /** Below the section, as it is written in a file. */
  readonly key: string
  /** A sentence without a subject: it follows the key. */
  readonly why: string
}

/** A rule over several values of a section. */
type Rule<T> = (config: T) => Complaint | undefined

/** What one component can be told. */
export interface Section<Name extends string, T> {
  /** The path of the section in the file: `consensus` or `common.log`; empty for the outermost. */
  readonly name: Name
  readonly options: T
  /** The first rule that the values break. */
  complain(values: never): Complaint | undefined
  /**
   * The values of a section as it stands in a file, or beside it. What is missing takes its
   * default.
   */
  check(raw: unknown, sources?: Sources): ConfigOf<T>
}

/** One line of the reference page. */
export interface OptionRow {
  readonly path: string
  /** `undefined` where only a file can set the option, and so for the flag. */
  readonly environment: string | undefined
  readonly flag: string | undefined
  readonly form: string
  readonly doc: string
  /** The default as a person would write it; `undefined` where the option has to be set. */
  readonly fallback: string | undefined
}

/** One line of the effective configuration. */
export interface EffectiveRow {
  readonly path: string
  /** The value as a file would have it. */
  readonly text: string
  /** Where it comes from; `undefined` for the default. */
  readonly origin: string | undefined
}

/** What a section is declared as. */
type AnySection = Pick<Section<string, Options>, 'name' | 'options' | 'complain'>

type Values = Readonly<Record<string, unknown>>

function pathsOf({ name, options }: Pick<AnySection, 'name' | 'options'>): string[] {
  return leavesOf(name, options).map(({ path }) => path)
}

/** The paths of what flags and variables can set. */
function openPathsOf({ name, options }: Pick<AnySection, 'name' | 'options'>): string[] {
  const leaves = leavesOf(name, options).filter(({ option }) => option.isInFileOnly !== true)
  return leaves.map(({ path }) => path)
}

function placeOf(path: string, sources: Sources, { overrides }: Around) {
  return overrides.get(path)?.place ?? filePlace(sources, path)
}

function checkSection(each: AnySection, raw: unknown, sources: Sources, around: Around): Values {
  const values = readFields(each.options, raw, filePlace(sources, each.name), around)
  const complaint = each.complain(values as never)
  if (complaint === undefined) return values
  const place = placeOf(joinPath(each.name, complaint.key), sources, around)
  throw errors.badValue(`${describePlace(place)}: ${complaint.why}`)
}

/** Declares the section of a component. */
export function section<const Name extends string, const T extends Options>(
  name: Name,
  options: T,
  rules: readonly Rule<ConfigOf<T>>[] = [],
): Section<Name, T> {
  const leaves = leavesOf(name, options)
  for (const leaf of leaves) checkFallback(leaf.path, leaf.option)
  const complain = (values: ConfigOf<T>) => {
    for (const rule of rules) {
      const complaint = rule(values)
      if (complaint !== undefined) return complaint
    }
    return undefined
  }
  const check = (raw: unknown, sources: Sources = {}) => {
    const known = leaves.map(({ path }) => path)
    const around = { overrides: readOverrides(sources, openPathsOf({ name, options })), known }
    return checkSection({ name, options, complain }, raw, sources, around) as ConfigOf<T>
  }
  return { name, options, complain, check }
}

/** The rows of a section, in the order of its declaration. */
export function documentSection({
  name,
  options,
}: Pick<AnySection, 'name' | 'options'>): OptionRow[] {
  return leavesOf(name, options).map(({ path, option }) => {
    const { form, doc, fallback, show, isOptional, isInFileOnly } = option
    return {
      path,
      environment: isInFileOnly ? undefined : environmentNameOf(path),
      flag: isInFileOnly ? undefined : flagNameOf(path),
      form,
      doc,
      fallback: fallback === undefined && isOptional !== true ? undefined : show(fallback),
    }
  })
}

function valueAt(values: unknown, keys: readonly string[]): unknown {
  let found = values
  for (const key of keys) found = isTable(found) ? found[key] : undefined
  return found
}

/** The values of a section as they would be written: what a person is shown. */
export function showSection(
  { name, options }: Pick<AnySection, 'name' | 'options'>,
  values: Values,
): readonly (readonly [path: string, text: string])[] {
  return leavesOf(name, options).map(({ path, keys, option }) => [
    path,
    option.show(valueAt(values, keys)),
  ])
}

/** The checked values of several sections, by section name. */
export type ConfigOfSections<T extends readonly { name: string; options: unknown }[]> = {
  readonly [S in T[number] as S['name']]: ConfigOf<S['options']>
}

/** Several sections as one configuration. */
export interface Composition<T extends readonly AnySection[]> {
  readonly sections: T
  check(raw: unknown, sources?: Sources): ConfigOfSections<T>
  /** Every checked value, and where it comes from. */
  explain(config: ConfigOfSections<T>, sources?: Sources): readonly EffectiveRow[]
}

/** What the section gets, and what of the file is left over for the others. */
function pick(raw: unknown, name: string): unknown {
  return name === '' ? raw : valueAt(raw, name.split('.'))
}

/** What a section gets of its part of the file: not what sections inside it own. */
function withoutInner(raw: unknown, name: string, names: readonly string[]): unknown {
  if (!isTable(raw)) return raw
  const inner = names.filter((each) => each !== name && each !== '')
  const isInner = (key: string) => inner.some((each) => isWithin(each, joinPath(name, key)))
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !isInner(key)))
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`)
}

/** A path of a file that no section owns. What is directly in a section, that checks itself. */
function findStranger(raw: unknown, owned: readonly string[], path = ''): string | undefined {
  if (!isTable(raw)) return owned.includes(path) || raw === undefined ? undefined : path
  for (const [key, value] of Object.entries(raw)) {
    const here = joinPath(path, key)
    const isOnTheWay = owned.some((name) => name.startsWith(`${here}.`))
    if (!isOnTheWay && (owned.includes(here) || owned.includes(path))) continue
    const stranger = isOnTheWay ? findStranger(value, owned, here) : here
    if (stranger !== undefined) return stranger
  }
  return undefined
}

/** Two that own the same path stop the program. */
function checkDisjoint(sections: readonly AnySection[], paths: readonly string[]): void {
  const names = sections.map(({ name }) => name)
  for (const [i, { name, options }] of sections.entries()) {
    const groups = sections
      .filter((other) => other !== sections[i])
      .flatMap((other) => Object.keys(other.options).map((key) => joinPath(other.name, key)))
    const isTaken =
      names.indexOf(name) !== i ||
      (name !== '' && [...paths, ...groups].some((path) => isWithin(name, path))) ||
      Object.keys(options).some((key) => name === '' && names.includes(key))
    assert(!isTaken, `the configuration of ${name} is declared twice`)
  }
}

/** Composes sections; one may be inside another. Two that own the same path stop the program. */
export function composeSections<const T extends readonly AnySection[]>(
  ...sections: T
): Composition<T> {
  const names = sections.map(({ name }) => name)
  const paths = sections.flatMap(pathsOf)
  checkDisjoint(sections, paths)
  const openPaths = sections.flatMap(openPathsOf)
  const variables = new Set(openPaths.map(environmentNameOf))
  assert(variables.size === openPaths.length, 'two options have the same variable')
  const outermost = sections.filter(({ name }) => name === '').flatMap(pathsOf)
  const owned = [...names.filter((name) => name !== ''), ...outermost]
  const aroundOf = (sources: Sources): Around => ({
    overrides: readOverrides(sources, openPaths),
    known: paths,
  })
  return {
    sections,
    check(raw, sources = {}) {
      const stranger = findStranger(raw, owned)
      if (stranger === '') refuse({ ...filePlace(sources, ''), path: 'the file' }, 'a table', raw)
      if (stranger !== undefined) {
        const parts = owned.map((path) => path.split('.')[stranger.split('.').length - 1] ?? '')
        refuseKey(filePlace(sources, stranger), suggest(stranger, parts, paths))
      }
      const around = aroundOf(sources)
      const checked = sections.map((each) => {
        const own = withoutInner(pick(raw, each.name), each.name, names)
        return [each.name, checkSection(each, own, sources, around)]
      })
      return Object.fromEntries(checked) as ConfigOfSections<T>
    },
    explain(config, sources = {}) {
      const around = aroundOf(sources)
      const shown = Object.entries(config).flatMap(([name, values]) => {
        const each = sections.find((one) => one.name === name)
        return each === undefined ? [] : showSection(each, values as Values)
      })
      return shown.map(([path, text]) => {
        const isSet = around.overrides.has(path) || sources.positionOf?.(path) !== undefined
        const place = placeOf(path, sources, around)
        return { path, text, origin: isSet ? place.originOf(path) : undefined }
      })
    },
  }
}
