/** Plays what is to be heard, unless quiet mode is on; the choice is kept on this machine. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { hear, type Heard, type Tone } from '../alerts/alertSound'
import type { Alerts } from './useAlerts'

const KEY = 'hexlane.quiet'
/** Hertz and seconds of each beep: told apart by number and pitch, so also by whoever hears high tones badly. */
const beeps: Readonly<Record<Tone, readonly (readonly [hz: number, s: number])[]>> = {
  emergency: [[880, 0.16], [660, 0.16], [880, 0.16], [660, 0.16]],
  warning: [[740, 0.18], [740, 0.18]],
  caution: [[520, 0.22]],
}
const GAP_S = 0.08

function play(context: AudioContext, tone: Tone): void {
  let at = context.currentTime + 0.02
  for (const [hz, seconds] of beeps[tone]) {
    const [voice, volume] = [context.createOscillator(), context.createGain()]
    voice.frequency.value = hz
    volume.gain.setValueAtTime(0, at)
    volume.gain.linearRampToValueAtTime(0.18, at + 0.015)
    volume.gain.setValueAtTime(0.18, at + seconds - 0.03)
    volume.gain.linearRampToValueAtTime(0, at + seconds)
    voice.connect(volume).connect(context.destination)
    voice.start(at)
    voice.stop(at + seconds)
    at += seconds + GAP_S
  }
}

export function useAlertSound(alerts: Alerts, now_ms: number): { readonly quiet: boolean; readonly toggle: () => void } {
  const [quiet, setQuiet] = useState(() => window.localStorage.getItem(KEY) === 'on')
  const heard = useRef<Heard | null>(null)
  const context = useRef<AudioContext | null>(null)
  useEffect(() => {
    if (alerts.waiting) return
    const next = hear(heard.current, alerts.byId, now_ms)
    heard.current = next.heard
    if (next.tone === null || quiet) return
    context.current ??= new AudioContext()
    // Before the first press of a key or button the browser keeps silent; the rail shows the alert all the same.
    if (context.current.state === 'suspended') void context.current.resume()
    play(context.current, next.tone)
  }, [alerts, now_ms, quiet])
  const toggle = useCallback(() => {
    setQuiet((before) => {
      window.localStorage.setItem(KEY, before ? 'off' : 'on')
      return !before
    })
  }, [])
  return { quiet, toggle }
}
