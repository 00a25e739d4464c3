/** `20260131235959`, in UTC: how the folders of migrations begin. */
export const stampOf = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(0, 14)
