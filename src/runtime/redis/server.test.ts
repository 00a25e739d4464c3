/** Asked by a client of a few lines: no client of Redis is among the packages of this repository. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openRedis, type Redis } from './server.ts'

let redis: Redis
let sockets: Socket[] = []

beforeEach(async () => {
  redis = await openRedis()
})

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await redis.close()
})

/** Sends words, and gives the bytes of the answer with its line ends as spaces. */
async function client(): Promise<(...words: (string | number)[]) => Promise<string>> {
  const socket = connect(redis.port, '127.0.0.1')
  sockets.push(socket)
  await new Promise((done) => socket.once('connect', done))
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('utf8')
  })
  return async (...words) => {
    heard = ''
    const bulk = words.map((one) => `$${Buffer.byteLength(String(one))}\r\n${one}\r\n`).join('')
    if (words.length > 0) socket.write(`*${words.length}\r\n${bulk}`)
    for (let turn = 0; heard === '' && turn < 200; turn++) await sleep(2)
    return heard.replaceAll('\r\n', ' ').trim()
  }
}

it('speaks both versions of the protocol', async () => {
  const ask = await client()
  expect(await ask('PING')).toBe('+PONG')
  await ask('HSET', 'h', 'a', 1, 'b', 2)
  await ask('SADD', 's', 'x')
  await ask('ZADD', 'z', 1.5, 'm', 'inf', 'n')
  const all = async () => [
    await ask('GET', 'none'),
    await ask('HGETALL', 'h'),
    await ask('SMEMBERS', 's'),
    await ask('ZRANGE', 'z', 0, -1, 'WITHSCORES'),
    await ask('ZSCORE', 'z', 'm'),
  ]
  expect(await all()).toEqual([
    '$-1',
    '*4 $1 a $1 1 $1 b $1 2',
    '*1 $1 x',
    '*4 $1 m $3 1.5 $1 n $3 inf',
    '$3 1.5',
  ])
  expect(await ask('HELLO', 3, 'AUTH', 'default', 'any')).toMatch(/^%7 .*\$5 proto :3/)
  expect(await all()).toEqual([
    '_',
    '%2 $1 a $1 1 $1 b $1 2',
    '~1 $1 x',
    '*2 *2 $1 m ,1.5 *2 $1 n ,inf',
    ',1.5',
  ])
  expect(await ask('HELLO', 4)).toBe('-NOPROTO unsupported protocol version')
})

it('takes requests in pieces, several at once, inline, and bytes of any kind', async () => {
  const socket = connect(redis.port, '127.0.0.1')
  sockets.push(socket)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  for (const piece of ['*3\r\n$3\r\nSE', 'T\r\n$1\r\nk\r\n$3\r\n']) {
    socket.write(piece)
    await sleep(20)
  }
  socket.write(Buffer.from([0, 13, 10, 13, 10]))
  socket.write('GET k\r\nPING\r\n')
  await sleep(50)
  // The end of a line is in the value, too: only its length tells them apart.
  expect(Buffer.concat(chunks).toString('latin1')).toBe('+OK\r\n$3\r\n\0\r\n\r\n+PONG\r\n')
  socket.write('*x\r\n')
  await sleep(50)
  expect(Buffer.concat(chunks).toString('latin1')).toMatch(/-ERR Protocol error: [^\r]+\r\n$/)
})

it('sets texts under conditions and for a time', async () => {
  const ask = await client()
  expect(await ask('SET', 'k', 'grün', 'PX', 60_000, 'NX')).toBe('+OK')
  expect(await ask('SET', 'k', 'other', 'NX')).toBe('$-1')
  expect(await ask('SET', 'k', 'blau', 'XX', 'GET', 'KEEPTTL')).toBe('$5 grün')
  expect(Number((await ask('PTTL', 'k')).slice(1))).toBeGreaterThan(50_000)
  expect(await ask('SET', 'k', 'x', 'EX', 0)).toMatch(/^-ERR invalid expire time/)
  expect(await ask('SET', 'k', 'x', 'SOON')).toBe('-ERR syntax error')
  expect(await ask('PERSIST', 'k')).toBe(':1')
  expect(await ask('TTL', 'k')).toBe(':-1')
  expect(await ask('PSETEX', 'brief', 20, 'x')).toBe('+OK')
  expect(await ask('EXISTS', 'brief', 'k', 'none')).toBe(':2')
  await sleep(40)
  expect(await ask('GET', 'brief')).toBe('$-1')
  expect(await ask('TTL', 'brief')).toBe(':-2')
  expect(await ask('EXPIRE', 'k', -1)).toBe(':1')
  expect(await ask('DBSIZE')).toBe(':0')
  expect(await ask('INCRBY', 'n', 41)).toBe(':41')
  expect(await ask('INCR', 'n')).toBe(':42')
  expect(await ask('GETDEL', 'n')).toBe('$2 42')
  await ask('SET', 'word', 'x')
  expect(await ask('INCR', 'word')).toBe('-ERR value is not an integer or out of range')
  expect(await ask('LPUSH', 'word', 'x')).toMatch(/^-WRONGTYPE /)
  expect(await ask('GET')).toBe("-ERR wrong number of arguments for 'get' command")
})

it('finds keys by pattern and keeps databases apart', async () => {
  const ask = await client()
  await ask('MSET', 'user:1', 'a', 'user:2', 'b', 'u*er', 'c')
  expect(await ask('KEYS', 'user:[13]')).toBe('*1 $6 user:1')
  expect(await ask('KEYS', 'u\\*er')).toBe('*1 $4 u*er')
  expect(await ask('SCAN', 0, 'MATCH', 'user:?', 'COUNT', 1)).toBe('*2 $1 0 *2 $6 user:1 $6 user:2')
  await ask('SELECT', 1)
  expect(await ask('DBSIZE')).toBe(':0')
  await ask('SET', 'here', 1)
  await ask('FLUSHDB')
  await ask('SELECT', 0)
  expect(await ask('DBSIZE')).toBe(':3')
})

it('keeps lists, sets and sorted sets in order, and none that is empty', async () => {
  const ask = await client()
  await ask('RPUSH', 'l', 'a', 'b', 'c', 'd')
  await ask('LTRIM', 'l', 1, -1)
  expect(await ask('LRANGE', 'l', 0, -2)).toBe('*2 $1 b $1 c')
  expect(await ask('RPOP', 'l', 5)).toBe('*3 $1 d $1 c $1 b')
  expect(await ask('EXISTS', 'l')).toBe(':0')
  await ask('ZADD', 'z', 3, 'c', 1, 'a', 2, 'b')
  expect(await ask('ZADD', 'z', 'GT', 'CH', 2, 'c', 5, 'a')).toBe(':1')
  expect(await ask('ZRANGEBYSCORE', 'z', '(2', '+inf', 'LIMIT', 0, 1)).toBe('*1 $1 c')
  expect(await ask('ZRANGE', 'z', 5, 2, 'BYSCORE', 'REV')).toBe('*3 $1 a $1 c $1 b')
  expect(await ask('ZREMRANGEBYSCORE', 'z', '-inf', '(5')).toBe(':2')
  expect(await ask('ZCARD', 'z')).toBe(':1')
})

it('runs transactions whole or not at all', async () => {
  const [ask, other] = [await client(), await client()]
  await ask('MULTI')
  expect(await ask('INCR', 'n')).toBe('+QUEUED')
  expect(await other('GET', 'n')).toBe('$-1')
  expect(await ask('EXEC')).toBe('*1 :1')
  await ask('MULTI')
  expect(await ask('NOSUCH')).toMatch(/^-ERR unknown command/)
  expect(await ask('EXEC')).toMatch(/^-EXECABORT/)
  await ask('WATCH', 'n')
  await other('INCR', 'n')
  await ask('MULTI')
  await ask('SET', 'n', 'lost')
  expect(await ask('EXEC')).toBe('$-1')
  await ask('WATCH', 'n')
  await other('GET', 'n')
  await ask('MULTI')
  await ask('INCR', 'n')
  expect(await ask('EXEC')).toBe('*1 :3')
})

it('passes messages on', async () => {
  const [ask, listener] = [await client(), await client()]
  expect(await listener('SUBSCRIBE', 'news')).toBe('*3 $9 subscribe $4 news :1')
  const next = listener()
  expect(await ask('PUBLISH', 'news', 'hello')).toBe(':1')
  expect(await next).toBe('*3 $7 message $4 news $5 hello')
  expect(await ask('PUBLISH', 'olds', 'x')).toBe(':0')
})

it('says what it does not serve, and goes back to what was kept', async () => {
  const ask = await client()
  expect(await ask('EVAL', 'return 1', 0)).toBe('-ERR Lua scripts are not run by this stand-in for Redis')
  expect(await ask('XADD', 's', '*', 'a', 'b')).toMatch(/^-ERR unknown command 'XADD'/)
  expect(redis.notServed()).toEqual(['EVAL', 'XADD'])
  await ask('SET', 'session', 'anna')
  await ask('HSET', 'cart', 'item', 1)
  redis.keep()
  await ask('HSET', 'cart', 'item', 2)
  await ask('SET', 'later', 'x')
  redis.reset()
  expect(await ask('HGET', 'cart', 'item')).toBe('$1 1')
  await ask('HSET', 'cart', 'item', 3)
  redis.reset()
  expect(await ask('HGET', 'cart', 'item')).toBe('$1 1')
  expect(await ask('MGET', 'session', 'later')).toBe('*2 $4 anna $-1')
})

it('has a planted text under whatever key ends so, until it is removed', async () => {
  const ask = await client()
  redis.plant('token-a', '{"user":"Jörg"}')
  expect(await ask('GET', 'app:session:token-b')).toBe('$-1')
  expect(await ask('GET', 'app:session:token-a')).toBe('$16 {"user":"Jörg"}')
  expect(await ask('DEL', 'app:session:token-a')).toBe(':1')
  expect(await ask('GET', 'app:session:token-a')).toBe('$-1')
  redis.reset()
  expect(await ask('EXISTS', 'app:session:token-a')).toBe(':1')
})
