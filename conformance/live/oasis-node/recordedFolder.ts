/** A scratch folder in which recorded command lines are run, and recorded files are put. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import { freePorts } from '@wadi/compose/free-ports'
import { recordedInvocations } from '@wadi/node/testing/recorded'
import { readReference } from '@wadi/node-config/testing/reference-files'
import { ProvisionedNode, WADI_NODE } from './provisionedNode.ts'

const RECORDED_PORT = /\b200\d\d\b/g
const PORTS_OF_VALIDATOR = 2
const PORTS_OF_CLIENT = 3
const PORTS_MAX = 30

/** Whom a node knows, and to whom it belongs. */
export interface NodeTerms {
  readonly seedKey: string
  readonly entityId: string
}

/** See the top of this file. Everything is recorded but folders, ports and keys. */
export class RecordedFolder implements Disposable {
  readonly path: string
  readonly #ports: readonly number[]

  private constructor(path: string, ports: readonly number[]) {
    this.path = path
    this.#ports = ports
  }

  static async make(): Promise<RecordedFolder> {
    // The paths of sockets are short.
    return new RecordedFolder(mkdtempSync(join(tmpdir(), 'wadi-net-')), await freePorts(PORTS_MAX))
  }

  /** With the folders and ports of this network. */
  placed(text: string): string {
    return text
      .replace(RECORDED_PORT, (port) => `${this.#ports[Number(port) % 100]}`)
      .replaceAll('$NET', this.path)
      .replaceAll('$DIR', this.path)
  }

  /** Has our program run a recorded command. */
  run(words: readonly string[]): void {
    const [path, ...before] = WADI_NODE
    const placed = words.map((word) => this.placed(word))
    execFileSync(path, [...before, ...placed], { stdio: 'pipe' })
  }

  /** A folder in it that is there from now on. */
  makeFolder(name: string): string {
    const folder = join(this.path, name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }

  /** A node that is to be run, with the recorded file of its kind. */
  makeNode(
    name: string,
    { seedKey, entityId }: NodeTerms,
    change: (config: string) => string,
  ): ProvisionedNode {
    const folder = this.makeFolder(name)
    const index = Number(name.split('-')[1])
    const recorded = readReference(`configs/${name.replace(/\d+$/, '0')}.yaml`)
      .replaceAll(name.replace(/\d+$/, '0'), name)
      .replace(/-internal-\d+\.sock/, '.sock')
      .replace(/[\w+/]{43}=(?=@)/g, seedKey)
      .replace(/entity_id: .*/, `entity_id: ${entityId}`)
    const configPath = join(folder, 'config.yaml')
    writeFileSync(configPath, change(this.placed(shiftPorts(recorded, name, index))))
    const socket = join(this.path, `${name}.sock`)
    // So the recorded tool took a name that was free.
    writeFileSync(socket, '', { mode: 0o600 })
    return new ProvisionedNode({
      name,
      folder,
      configPath,
      socket,
      flags: this.#flagsOf(name),
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  #flagsOf(name: string): readonly string[] {
    const [words] = recordedInvocations('--config', `$NET/${name}/config.yaml`).filter(
      (each) => !each.includes('--debug.skip_quote_verify'),
    )
    // Of the second client nothing was recorded: it is as the first.
    const flags = words?.slice(2) ?? this.#flagsOf('client-0')
    return flags.map((word) => this.placed(word))
  }
}

/** With other values of flags that are there, and those that are not. */
export function withFlags(
  words: readonly string[],
  flags: Readonly<Record<string, string>>,
): readonly string[] {
  const changed = words.map((word, i) => flags[words[i - 1]?.replace('--', '') ?? ''] ?? word)
  const missing = Object.entries(flags).filter(([name]) => !words.includes(`--${name}`))
  return [...changed, ...missing.flatMap(([name, value]) => [`--${name}`, value])]
}

/** The words with which an entity was told its nodes, with other nodes. */
export function entityUpdate(ids: readonly string[], signerDir: string): readonly string[] {
  const [recorded] = recordedInvocations('registry', 'entity', 'update').filter(
    (each) => each.filter((word) => word === '--entity.node.id').length === ids.length,
  )
  assert(recorded !== undefined, `an entity was given ${ids.length} nodes`)
  let next = 0
  const isId = (i: number) => recorded[i - 1] === '--entity.node.id'
  const words = recorded.map((word, i) => (isId(i) ? ids[next++]! : word))
  return withFlags(words, { 'signer.dir': signerDir })
}

/** A public key of a node, in base64. */
export function publicKeyIn(folder: string, role: string): string {
  return readFileSync(join(folder, `${role}_pub.pem`), 'utf8').split('\n')[1]!
}

/** The ports at which a node listens; the recorded ones are of the first of its kind. */
function shiftPorts(text: string, name: string, index: number): string {
  const step = name.startsWith('client') ? PORTS_OF_CLIENT : PORTS_OF_VALIDATOR
  const own = /(?<=(?:listen|external|bind)_address: \S*:|\bport: )200\d\d\b/g
  return text.replace(own, (port) => `${Number(port) + step * index}`)
}
