export const SESSION_COOKIE = 'workshop_session'
