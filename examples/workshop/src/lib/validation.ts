import { z } from 'zod'
import { Role, WorkOrderStatus } from '@/generated/prisma/enums'

export const loginSchema = z.object({
  email: z.email().max(200).toLowerCase(),
  password: z.string().min(1).max(200),
})

export const registerSchema = z.object({
  email: z.email().max(200).toLowerCase(),
  name: z.string().trim().min(1).max(120),
  password: z.string().min(12).max(200),
})

export const profileSchema = z.object({
  name: z.string().trim().min(1).max(120).optional(),
  phone: z.string().trim().max(40).nullable().optional(),
})

export const organisationSchema = z.object({
  name: z.string().trim().min(1).max(120),
  slug: z.string().regex(/^[a-z0-9-]{3,40}$/),
})

export const inviteSchema = z.object({
  email: z.email().max(200).toLowerCase(),
  role: z.enum([Role.ADMIN, Role.TECHNICIAN]),
})

export const roleSchema = z.object({ role: z.enum([Role.ADMIN, Role.TECHNICIAN]) })

export const customerSchema = z.object({
  name: z.string().trim().min(1).max(160),
  email: z.email().max(200).nullable().optional(),
  phone: z.string().trim().max(40).nullable().optional(),
  notes: z.string().max(4000).nullable().optional(),
})

export const projectSchema = z.object({
  customerId: z.string().min(1),
  title: z.string().trim().min(1).max(160),
})

export const workOrderSchema = z.object({
  projectId: z.string().min(1),
  title: z.string().trim().min(1).max(160),
  description: z.string().max(8000).default(''),
  dueAt: z.coerce.date().nullable().optional(),
})

export const workOrderPatchSchema = z.object({
  title: z.string().trim().min(1).max(160).optional(),
  description: z.string().max(8000).optional(),
  status: z.enum(WorkOrderStatus).optional(),
  dueAt: z.coerce.date().nullable().optional(),
})

export const statusSchema = z.enum(WorkOrderStatus)

export const commentSchema = z.object({ body: z.string().trim().min(1).max(4000) })

export const invoiceSchema = z.object({
  customerId: z.string().min(1),
  dueAt: z.coerce.date(),
  lines: z
    .array(
      z.object({
        description: z.string().trim().min(1).max(300),
        quantity: z.number().int().min(1).max(10_000),
        unitCents: z.number().int().min(0).max(100_000_000),
      }),
    )
    .min(1)
    .max(100),
})

export const apiKeySchema = z.object({ name: z.string().trim().min(1).max(80) })
