import { NextResponse } from 'next/server'
import { ZodError } from 'zod'
import { Prisma } from '@/generated/prisma/client'

export class HttpError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const unauthorized = () => new HttpError(401, 'unauthorized', 'Sign in to continue')
export const forbidden = () => new HttpError(403, 'forbidden', 'You are not allowed to do this')
export const notFound = (what: string) => new HttpError(404, 'not_found', `${what} not found`)

export function ok<T>(data: T, status = 200) {
  return NextResponse.json({ data }, { status })
}

export function noContent() {
  return new NextResponse(null, { status: 204 })
}

function failure(status: number, code: string, message: string, details?: unknown) {
  return NextResponse.json({ error: { code, message, details } }, { status })
}

export function errorResponse(error: unknown) {
  if (error instanceof HttpError) return failure(error.status, error.code, error.message)
  if (error instanceof ZodError) return failure(422, 'invalid_input', 'Some fields are invalid', error.issues)
  if (error instanceof SyntaxError) return failure(400, 'invalid_json', 'The request body is not valid JSON')
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === 'P2002') return failure(409, 'conflict', 'This already exists')
    if (error.code === 'P2003') return failure(409, 'conflict', 'Other records still refer to this')
    if (error.code === 'P2025') return failure(404, 'not_found', 'Not found')
  }
  console.error(error)
  return failure(500, 'internal_error', 'Something went wrong')
}
