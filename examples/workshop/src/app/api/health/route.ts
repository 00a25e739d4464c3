import { connection } from 'next/server'
import { ok } from '@/lib/http'

export const GET = async () => {
  await connection()
  return ok({ status: 'ok', time: new Date().toISOString() })
}
