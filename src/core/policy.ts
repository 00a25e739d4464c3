/** What a team declares of its application: `.backend-engineer/policy.json`. */
import { z } from 'zod'

/** Where it is, below the folder that is asked about. */
export const policyFile = '.backend-engineer/policy.json'

const reason = z.string().min(3).describe('Why this is so, for whoever reads a report')
const model = z.string().min(1).describe('Name of the model in schema.prisma')

/** What a guard asks of the caller. */
const asks = z
  .enum(['session', 'member', 'role', 'api-key', 'signature', 'secret'])
  .describe(
    'session: somebody is signed in. member: and belongs to what its arguments name. role: and has a role. ' +
      'api-key, signature, secret: the caller holds a key',
  )

/** The form of the file. `docs/policy.schema.json` is made from it. */
export const policySchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1),
    publicEndpoints: z
      .array(
        z.strictObject({
          endpoint: z
            .string()
            .min(1)
            .describe(
              'Id or path as `understand` shows it, `*` for any part: `GET /api/posts/*`, `/api/health`',
            ),
          reason,
        }),
      )
      .default([])
      .describe('Endpoints that anybody may call'),
    publicModels: z
      .array(z.strictObject({ model, reason }))
      .default([])
      .describe('Models whose rows anybody may read. Writing them is judged as before'),
    sharedModels: z
      .array(z.strictObject({ model, reason }))
      .default([])
      .describe('Models whose rows belong to nobody: plans, countries, settings of the application'),
    tenants: z
      .array(
        z.strictObject({
          model,
          key: z
            .string()
            .min(1)
            .optional()
            .describe('Column that holds its id in models without a relation to it: `workspaceId`'),
          reason: reason.optional(),
        }),
      )
      .default([])
      .describe('Models that stand for an organization whose members share rows; the first is the outermost'),
    roles: z
      .array(z.strictObject({ field: z.string().min(1).describe('Name of the field: `tier`'), reason }))
      .default([])
      .describe('Fields of the caller that say what they may do, where their name does not'),
    guards: z
      .array(
        z.strictObject({
          package: z.string().min(1).describe('The package as it is imported: `@acme/auth`'),
          function: z.string().min(1).describe('Name of the function or wrapper in it'),
          asks,
          rejects: z
            .boolean()
            .default(true)
            .describe(
              'It throws, redirects or answers where the caller is refused; false: it gives nothing then',
            ),
          reason,
        }),
      )
      .default([])
      .describe('Guards whose source is not in the project'),
  })
  .describe('What backend-engineer cannot read from the source of this application')

export type Policy = z.infer<typeof policySchema>
export type DeclaredGuard = Policy['guards'][number]

export const emptyPolicy: Policy = policySchema.parse({ version: 1 })
