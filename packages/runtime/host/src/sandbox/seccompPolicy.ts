/** Which system calls a sandbox lets through: a program that the kernel runs at each of them. */

import { ALLOWED_SYSTEM_CALLS } from './systemCalls.ts'

/** Operations of the kernel's classic packet filter. */
const OPS = {
  /** Loads a word of what is known of the call. */
  load: 0x20,
  isEqual: 0x15,
  isAbove: 0x25,
  isAtLeast: 0x35,
  and: 0x54,
  give: 0x06,
} as const

/** Where in what is known of a call a word is. */
const AT = { number: 0, architecture: 4, firstArgument: 16 } as const

/** What becomes of a call. */
export const VERDICTS = {
  allowed: 0x7fff_0000,
  /** EPERM. */
  refused: 0x0005_0001,
  /** ENOSYS: newer C libraries then do it the old way. */
  unknown: 0x0005_0026,
  killed: 0x8000_0000,
} as const

/** AUDIT_ARCH_X86_64. */
const ARCHITECTURE = 0xc000_003e
/** From this number on calls are of another machine (x32), with the same architecture. */
const FOREIGN_CALLS = 0x4000_0000
const CLONE = 56
const CLONE3 = 435
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACE_FLAGS = 0x7e02_0000

interface Instruction {
  readonly op: number
  readonly value: number
  /** How many instructions to pass over if the comparison holds, and if it does not. */
  readonly ifSo?: number
  readonly ifNot?: number
}

const load = (value: number): Instruction => ({ op: OPS.load, value })
const give = (value: number): Instruction => ({ op: OPS.give, value })

/** What is given where the number is this one. */
function decide(number: number, verdict: number): readonly Instruction[] {
  return [{ op: OPS.isEqual, value: number, ifNot: 1 }, give(verdict)]
}

/** Lets the numbers from the first to the last through. */
function allowRange([first, last]: readonly [number, number]): readonly Instruction[] {
  return [
    { op: OPS.isAtLeast, value: first, ifNot: 2 },
    { op: OPS.isAbove, value: last, ifSo: 1 },
    give(VERDICTS.allowed),
  ]
}

/** Numbers that follow each other, as ranges. */
function rangesOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}

/** Threads and processes, but no namespaces. */
const CLONE_RULE: readonly Instruction[] = [
  { op: OPS.isEqual, value: CLONE, ifNot: 4 },
  load(AT.firstArgument),
  { op: OPS.and, value: NAMESPACE_FLAGS },
  { op: OPS.isEqual, value: 0, ifNot: 1 },
  give(VERDICTS.allowed),
]

/** The last instruction refuses what no rule before it has decided. */
function instructions(): readonly Instruction[] {
  return [
    load(AT.architecture),
    { op: OPS.isEqual, value: ARCHITECTURE, ifSo: 1 },
    give(VERDICTS.killed),
    load(AT.number),
    { op: OPS.isAtLeast, value: FOREIGN_CALLS, ifNot: 1 },
    give(VERDICTS.killed),
    ...rangesOf(Object.values(ALLOWED_SYSTEM_CALLS)).flatMap(allowRange),
    ...decide(CLONE3, VERDICTS.unknown),
    ...CLONE_RULE,
    give(VERDICTS.refused),
  ]
}

const INSTRUCTION_SIZE = 8

/** The program, as the kernel reads it on x86-64. */
export function seccompPolicy(): Uint8Array {
  const program = instructions()
  const bytes = new Uint8Array(program.length * INSTRUCTION_SIZE)
  const view = new DataView(bytes.buffer)
  for (const [i, { op, value, ifSo = 0, ifNot = 0 }] of program.entries()) {
    const at = i * INSTRUCTION_SIZE
    view.setUint16(at, op, true)
    view.setUint8(at + 2, ifSo)
    view.setUint8(at + 3, ifNot)
    view.setUint32(at + 4, value, true)
  }
  return bytes
}
