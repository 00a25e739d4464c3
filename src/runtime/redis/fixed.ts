/** What is the same for all clients of the stand-in: names of commands, and what it says of itself. */
import { OK, type Reply } from './protocol.ts'

export const SCRIPTS = /^(?:EVAL|EVALSHA|EVAL_RO|EVALSHA_RO|SCRIPT|FCALL|FCALL_RO|FUNCTION)$/
/** Commands that others may run on a key that is watched. */
export const READS =
  /^(?:M?GET|EXISTS|P?TTL|TYPE|STRLEN|GETRANGE|KEYS|[HSZ]?SCAN|H(?:GET|MGET|GETALL|EXISTS|KEYS|VALS|LEN)|S(?:MEMBERS|M?ISMEMBER|CARD)|L(?:RANGE|LEN|INDEX)|Z(?:CARD|M?SCORE|COUNT|(?:REV)?RANK|(?:REV)?RANGE(?:BYSCORE)?))$/
export const INFO = [
  '# Server',
  'redis_version:7.2.0',
  'redis_mode:standalone',
  '# Persistence',
  'loading:0',
  '# Replication',
  'role:master',
  'maxmemory_policy:noeviction',
].join('\r\n')

/** `CLIENT`, which tells a client of itself. */
export function client([what = '']: string[]): Reply {
  const name = what.toUpperCase()
  if (name === 'ID') return 1
  if (name === 'GETNAME') return null
  return name === 'LIST' || name === 'INFO' ? 'id=1 addr=127.0.0.1:0 name= db=0' : OK
}
