/** A score, drawn and played. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Block } from '../api/types'
import { Button } from '../ui/controls'
import { CropView } from './Content'
import { Drawn } from './lazy'

type Tune = ReturnType<typeof import('../lib/score').drawScore>

export function Score({ block }: { block: Block }) {
  const abc = block.abc ?? ''
  const tune = useRef<Tune | null>(null)
  const player = useRef<{ stop: () => void } | null>(null)
  const [playing, setPlaying] = useState(false)
  const [error, setError] = useState('')
  const stop = () => {
    player.current?.stop()
    player.current = null
    setPlaying(false)
  }
  useEffect(() => stop, [abc])
  const draw = async (into: HTMLElement) => {
    tune.current = (await import('../lib/score')).drawScore(into, abc)
  }
  const toggle = async (event: Event) => {
    event.stopPropagation()
    if (playing) return stop()
    const { Player } = await import('../lib/score')
    if (!tune.current) return
    const started = new Player()
    player.current = started
    setPlaying(true)
    started.play(tune.current, stop)
  }
  if (!abc) return <div class="figure"><CropView crop={block.crop} alt="Picture of a score that could not be read" /></div>
  return (
    <div class="score">
      <Drawn draw={draw} deps={[abc]} class="staff" label="Score" onError={setError}><pre class="code" tabIndex={0}>{abc}</pre></Drawn>
      {error ? <p class="hint">{error}</p> : (
        <Button icon={playing ? 'stop' : 'play'} class="small" onClick={toggle} aria-pressed={playing}>{playing ? 'Stop' : 'Play'}</Button>
      )}
      <details><summary>ABC notation, and the score as printed</summary>
        <pre class="code" tabIndex={0}>{abc}</pre>
        <CropView crop={block.crop} alt="The score as printed" />
      </details>
    </div>
  )
}
