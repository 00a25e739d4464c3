import { z } from 'zod'

const pageSchema = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  perPage: z.coerce.number().int().min(1).max(100).default(25),
})

export function readPage(params: URLSearchParams) {
  const { page, perPage } = pageSchema.parse({
    page: params.get('page') ?? undefined,
    perPage: params.get('perPage') ?? undefined,
  })
  return { skip: (page - 1) * perPage, take: perPage }
}
