/**
 * The small application that samples are written for: `fixtures/playbook` has it whole, and a test compiles every sample
 * against it. In an answer, these names become those of the project that was asked about.
 */
export const canonical = {
  /** The model that most samples are about, and its rows' children. */
  model: 'Order',
  child: 'OrderLine',
  /** What is searched and stocked; a second parent. */
  product: 'Product',
  /** What belongs to one of several. */
  remark: 'Remark',
  user: 'User',
  tenant: 'Organisation',
  membership: 'Membership',
  apiKey: 'ApiKey',
  audit: 'AuditEntry',
  webhookEvent: 'WebhookEvent',
  tenantKey: 'orgId',
  createdAt: 'createdAt',
  note: 'note',
  path: '/api/orders',
  modules: 'src/lib',
  routes: 'src/app/api',
  client: { module: '@/lib/prisma', name: 'prisma' },
  generated: '@/generated/prisma/client',
  http: '@/lib/http',
  respond: 'ok',
  error: 'HttpError',
  session: { module: '@/lib/session', name: 'requireUser' },
  /** Values of its enums, in their sequence. */
  states: ['DRAFT', 'PLACED', 'PAID', 'CANCELLED'],
  roles: ['OWNER', 'ADMIN', 'MEMBER'],
} as const
