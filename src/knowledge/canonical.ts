/**
 * The small application that samples are written for: `fixtures/playbook` has it whole, and a test compiles every sample
 * against it. In an answer, these names become those of the project that was asked about.
 */
export const canonical = {
  /** The model that most samples are about, and its rows' children. */
  model: 'Order',
  child: 'OrderLine',
  user: 'User',
  tenant: 'Organisation',
  membership: 'Membership',
  apiKey: 'ApiKey',
  audit: 'AuditEntry',
  webhookEvent: 'WebhookEvent',
  tenantKey: 'orgId',
  createdAt: 'createdAt',
  path: '/api/orders',
  modules: 'src/lib',
  routes: 'src/app/api',
  client: { module: '@/lib/prisma', name: 'prisma' },
  generated: '@/generated/prisma/client',
  http: '@/lib/http',
  respond: 'ok',
  error: 'HttpError',
  session: { module: '@/lib/session', name: 'requireUser' },
} as const
