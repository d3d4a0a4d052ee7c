/** Scores by abcjs, and their sound by the browser's own oscillators: no samples are fetched from anywhere. */

import abcjs from 'abcjs'
import { cleanSvg } from './svg'

interface NoteEvent { cmd: string; pitch?: number; volume?: number; start?: number; duration?: number }
interface Audio { tempo?: number; tracks: NoteEvent[][]; totalDuration: number }
interface Tune {
  lines?: unknown[]
  warnings?: string[]
  setUpAudio(options: Record<string, unknown>): Audio
  getMeterFraction?: () => { num: number; den: number }
  millisecondsPerMeasure?: () => number
}

export function drawScore(into: HTMLElement, abc: string): Tune {
  const library = abcjs as unknown as { renderAbc(into: HTMLElement, abc: string, options: Record<string, unknown>): Tune[] }
  const [tune] = library.renderAbc(into, abc, { responsive: 'resize', add_classes: true, staffwidth: 640, paddingtop: 0, paddingbottom: 0 })
  for (const svg of into.querySelectorAll('svg')) cleanSvg(svg)
  if (!tune?.lines?.length) throw new Error('The ABC notation has no music in it.')
  return tune
}

export class Player {
  private readonly context = new AudioContext()
  private done = 0

  /** Plays from the start; calls back when the last note has faded, or when it is stopped. */
  play(tune: Tune, onEnd: () => void): void {
    const audio = tune.setUpAudio({})
    const perWhole = wholeSeconds(tune, audio)
    const out = this.context.createGain()
    out.gain.value = 0.35
    out.connect(this.context.destination)
    const begin = this.context.currentTime + 0.08
    for (const track of audio.tracks)
      for (const note of track)
        if (note.cmd === 'note' && note.pitch !== undefined)
          this.note(out, note.pitch, begin + (note.start ?? 0) * perWhole, (note.duration ?? 0.25) * perWhole, (note.volume ?? 90) / 127)
    this.done = window.setTimeout(onEnd, (audio.totalDuration * perWhole + 0.4) * 1000)
  }

  private note(out: AudioNode, pitch: number, at: number, seconds: number, loud: number): void {
    const tone = this.context.createOscillator()
    const envelope = this.context.createGain()
    tone.type = 'triangle'
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12)
    const end = at + Math.max(seconds, 0.06)
    envelope.gain.setValueAtTime(0, at)
    envelope.gain.linearRampToValueAtTime(loud, at + 0.012)
    envelope.gain.exponentialRampToValueAtTime(loud * 0.45, at + Math.max(seconds * 0.6, 0.03))
    envelope.gain.linearRampToValueAtTime(0, end)
    tone.connect(envelope).connect(out)
    tone.start(at)
    tone.stop(end + 0.02)
  }

  stop(): void {
    clearTimeout(this.done)
    void this.context.close()
  }
}

/** abcjs counts in whole notes; how long one lasts follows from the length of a measure. */
function wholeSeconds(tune: Tune, audio: Audio): number {
  const meter = tune.getMeterFraction?.()
  const measure = tune.millisecondsPerMeasure?.()
  if (meter?.den && measure) return measure / 1000 / (meter.num / meter.den)
  return (60 / (audio.tempo ?? 120)) * 4
}
