/** What Linux tells of a process and of the machine's network, as `proc(5)` has it. */

/** COMPAT(oasis-core): `getconf CLK_TCK` is not asked; it is 100 wherever nodes run. */
const TICKS_PER_SECOND = 100
const BYTES_PER_KIB = 1024
/** Of `/proc/<id>/stat`, counted from the field after the name, which may contain anything. */
const USER_FIELD = 11
const SYSTEM_FIELD = 12

/** CPU time in seconds; undefined if the text is not of such a file. */
export function parseStat(
  text: string,
): { readonly user: number; readonly system: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 1).trim()
  const values = fields.split(/\s+/)
  const [user, system] = [Number(values[USER_FIELD]), Number(values[SYSTEM_FIELD])]
  if (!Number.isSafeInteger(user) || !Number.isSafeInteger(system)) return undefined
  return { user: user / TICKS_PER_SECOND, system: system / TICKS_PER_SECOND }
}

/** Sizes in `/proc/<id>/status`, in bytes. */
export function parseStatus(text: string): ReadonlyMap<string, number> {
  const sizes = text.matchAll(/^(\w+):\s+(\d+) kB$/gm)
  return new Map([...sizes].map(([, name = '', kib]) => [name, Number(kib) * BYTES_PER_KIB]))
}

/** Counts in `/proc/<id>/io`. */
export function parseIo(text: string): ReadonlyMap<string, number> {
  const counts = text.matchAll(/^(\w+): (\d+)$/gm)
  return new Map([...counts].map(([, name = '', count]) => [name, Number(count)]))
}

/** What went through a device. */
export interface DeviceCounts {
  readonly device: string
  readonly receivedBytes: number
  readonly receivedPackets: number
  readonly sentBytes: number
  readonly sentPackets: number
}

/** The first of the eight numbers of what was sent. */
const SENT_FIELD = 8

/** The devices in `/proc/net/dev`. */
export function parseNetworkDevices(text: string): readonly DeviceCounts[] {
  const lines = text.matchAll(/^[ \t]*([^\s:]+):[ \t]*((?:\d+[ \t]+){9}\d+)/gm)
  return [...lines].map(([, device = '', numbers = '']) => {
    const counts = numbers.trim().split(/\s+/).map(Number)
    return {
      device,
      receivedBytes: counts[0] ?? 0,
      receivedPackets: counts[1] ?? 0,
      sentBytes: counts[SENT_FIELD] ?? 0,
      sentPackets: counts[SENT_FIELD + 1] ?? 0,
    }
  })
}
