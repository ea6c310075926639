/** Functions for the calls of tables: `Staking/Account` becomes `client.staking.account`. */

import { assert } from '@wadi/base/errors'
import type { Call, Calls, StreamCall, Streams } from '@wadi/consensus/api'
import type { CallOptions } from '@wadi/grpc/channel-options'

/** `KeyManager.Churp` is `keyManagerChurp`. */
type NameOf<Service extends string> = Service extends `${infer Whole}.${infer Part}`
  ? `${Uncapitalize<Whole>}${Part}`
  : Uncapitalize<Service>

type ServiceOf<Path> = Path extends `${infer Service}/${string}` ? NameOf<Service> : never

type MethodOf<Path, Name> = Path extends `${infer Service}/${infer Method}`
  ? NameOf<Service> extends Name
    ? Uncapitalize<Method>
    : never
  : never

/** What says nothing need not be said. */
type Given<Request> = undefined extends Request
  ? [request?: Request, options?: CallOptions]
  : [request: Request, options?: CallOptions]

type Caller<C> =
  C extends Call<infer Request, infer Answer>
    ? (...given: Given<Request>) => Promise<Answer>
    : C extends StreamCall<infer Request, infer Item>
      ? (...given: Given<Request>) => AsyncIterableIterator<Item>
      : never

/** The calls of a table, by service and method. */
export type TableClient<Table> = {
  readonly [Name in ServiceOf<keyof Table>]: {
    readonly [Path in keyof Table as MethodOf<Path, Name>]: Caller<Table[Path]>
  }
}

/** Carries out a call of one path. */
export type Ask = (request: unknown, options?: CallOptions) => Promise<unknown>
/** Begins a stream of one path. */
export type Watch = (request: unknown, options?: CallOptions) => AsyncIterableIterator<unknown>

/** Who carries out calls, whatever is between them and a node. */
export interface Desk {
  asking(path: string, call: Calls[string]): Ask
  watching(path: string, stream: Streams[string]): Watch
}

function uncapitalized(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** The names by which a program calls what has a path on the wire. */
function namesOf(path: string): readonly [service: string, method: string] {
  const [service = '', method = ''] = path.split('/')
  return [uncapitalized(service.replace('.', '')), uncapitalized(method)]
}

/** The function for a path: for whoever has calls as data. */
export function callerOf(client: object, path: string): Ask {
  const [service, method] = namesOf(path)
  const caller = (client as Readonly<Record<string, Readonly<Record<string, Ask>>>>)[service]?.[
    method
  ]
  assert(caller !== undefined, `no call ${path}`)
  return caller
}

/** Makes functions of tables. */
export function createTableClient<const C extends Calls, const S extends Streams>(
  desk: Desk,
  calls: C,
  streams: S,
): TableClient<C & S> {
  const client: Record<string, Record<string, unknown>> = {}
  const put = (path: string, caller: Ask | Watch) => {
    const [service, method] = namesOf(path)
    client[service] ??= {}
    client[service][method] = caller
  }
  for (const [path, call] of Object.entries(calls)) put(path, desk.asking(path, call))
  for (const [path, stream] of Object.entries(streams)) put(path, desk.watching(path, stream))
  return client as TableClient<C & S>
}
