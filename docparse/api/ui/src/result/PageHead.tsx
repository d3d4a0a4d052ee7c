/** The line above a page: how it was read, how sure that is, and what the retry ladder did. */

import type { Attempt, Page, PageOverview, Problem } from '../api/types'
import { ApiError } from '../api/client'
import { LinkList } from '../blocks/links'
import { percent, plural, seconds } from '../lib/format'
import { attemptWords, checkWords, flagWords, isDoubt, outcomeWords, textLayerWords } from '../lib/words'
import { useViewer } from '../state/viewer'
import { Button } from '../ui/controls'
import { Icon } from '../ui/icon'

export function PageHead({ info, page, error }: { info: PageOverview; page: Page | null; error: unknown }) {
  const viewer = useViewer()
  const doubts = (page?.flags ?? info.flags).filter(isDoubt)
  const notes = (page?.flags ?? info.flags).filter((flag) => !isDoubt(flag))
  const failed = (page?.checks ?? []).filter((check) => check.outcome === 'failed')
  const problem = page?.error ?? info.error ?? problemOf(error)
  return (
    <header class="page-head">
      <h2>Page {info.number}</h2>
      {page && viewer.ended.value && <Button icon="plus" look="quiet" class="small add" label="Add a block that was not found (a)" onClick={() => viewer.startAdding(info.number)} />}
      <p class="page-facts">
        {info.engine && <span>{info.engine}</span>}
        {info.text_layer && <span>{textLayerWords(info.text_layer)}</span>}
        {info.confidence !== null && <span>{percent(info.confidence)} agreement</span>}
        {page && page.seconds > 0 && <span>{seconds(page.seconds)}</span>}
        {notes.map((flag) => <span key={flag}>{flagWords(flag)}</span>)}
      </p>
      {problem && (
        <div class="page-problem"><Icon name="warning" /><div><strong>{problem.message}</strong>{problem.user_action && <span>{problem.user_action}</span>}</div></div>
      )}
      {(doubts.length > 0 || failed.length > 0) && (
        <ul class="doubts" aria-label="Doubts about the page">
          {doubts.map((flag) => <li key={flag}><Icon name="flag" size={13} /><span>{flagWords(flag)}</span></li>)}
          {failed.map((check, place) => <li key={place} class="detail"><Icon name="close" size={13} /><span><b>{checkWords(check.name)}:</b> {check.detail || 'failed'}</span></li>)}
          {viewer.ended.value && (
            <li class="do"><Button icon="check" look="quiet" class="small" onClick={() => void viewer.correct([{ op: 'confirm', page: info.number }], 'Page confirmed.')}>The page is right</Button></li>
          )}
        </ul>
      )}
      {page?.notes && page.notes.length > 0 && (
        <details class="attempts">
          <summary>{plural(page.notes.length, 'comment')} of readers, not printed</summary>
          <ul class="links">{page.notes.map((note, place) => <li key={place} dir="auto">{note.author && <b>{note.author}: </b>}{note.text}</li>)}</ul>
        </details>
      )}
      {page?.links && page.links.length > 0 && (
        <details class="attempts"><summary>{plural(page.links.length, 'link')} on nothing that was read</summary><LinkList links={page.links} /></details>
      )}
      {page && page.attempts.length > 0 && <Attempts attempts={page.attempts} />}
    </header>
  )
}

function problemOf(error: unknown): Problem | null {
  if (!error) return null
  if (error instanceof ApiError) return { code: error.code, message: error.message, user_action: error.action }
  if (typeof error === 'object' && 'message' in error) return { code: '', user_action: '', message: String(error.message) }
  return null
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  const best = attempts.reduce((top, next, place) => ((next.score ?? -1) > (attempts[top]?.score ?? -1) ? place : top), 0)
  return (
    <details class="attempts">
      <summary><Icon name="history" size={14} />Read {plural(attempts.length, 'time')}, the best reading was taken</summary>
      <ol>
        {attempts.map((attempt, place) => (
          <li key={place} class={place === best ? 'taken' : ''}>
            <span class="how">{attemptWords(attempt.engine, attempt.settings, place)}{place === best && <b class="chip good">taken</b>}</span>
            <span class="came">{outcomeWords(attempt.outcome)}{attempt.score !== null && ` · ${percent(attempt.score)} agreement`} · {seconds(attempt.seconds)}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}
