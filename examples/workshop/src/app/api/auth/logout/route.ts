import { errorResponse, noContent } from '@/lib/http'
import { endSession } from '@/lib/session'

export async function POST() {
  try {
    await endSession()
    return noContent()
  } catch (error) {
    return errorResponse(error)
  }
}
