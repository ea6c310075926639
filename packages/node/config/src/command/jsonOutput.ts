/** What commands write for programs. */

/** What is written as JSON. Integers of 64 bits are numbers. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | readonly Json[]
  | { readonly [name: string]: Json }

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** A value in one line, for programs that read line by line. */
export function jsonLine(json: Json): string {
  return `${JSON.stringify(json, plain)}\n`
}

/** A value in lines, as people can read it, too. */
export function indentedJson(json: Json): string {
  return `${JSON.stringify(json, plain, 2)}\n`
}
