/** One's own password and second factor. */

import { request } from './client'

export interface SecondFactor {
  readonly state: 'off' | 'enrolled' | 'on'
  readonly recovery_codes_left: number
}

export interface Enrolment {
  readonly secret: string
  readonly otpauth_uri: string
  /** The QR code of it, an SVG image. */
  readonly qr_svg: string
}

export const changePassword = (current: string, password: string) => request<null>('PUT', '/v1/session/password', { current, password })
export const getSecondFactor = () => request<SecondFactor>('GET', '/v1/session/totp')
export const enrolSecondFactor = (password: string) => request<Enrolment>('POST', '/v1/session/totp', { password })
export const confirmSecondFactor = (code: string) => request<{ readonly recovery_codes: readonly string[] }>('POST', '/v1/session/totp/confirm', { code })
export const removeSecondFactor = (password: string, code: string) => request<null>('DELETE', '/v1/session/totp', { password, code })
