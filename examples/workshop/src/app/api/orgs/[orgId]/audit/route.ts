export { GET } from '@/features/audit/list'
