import { useEffect, useState } from 'preact/hooks'
import { getJson, keyWanted, signIn } from './api/client'
import type { Session } from './api/types'
import { Home } from './home/Home'
import { JobView } from './home/JobView'
import { InvoicesView } from './invoices/InvoicesView'
import { route } from './lib/route'
import { DocumentView } from './result/DocumentView'
import { Bar } from './ui/Bar'
import { Button, Dialog, Notes, tellError, Trouble } from './ui/controls'

export function App() {
  const [session, setSession] = useState<Session | null>(null)
  const [trouble, setTrouble] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    setTrouble(null)
    getJson<Session>('/v1/session').then((found) => {
      setSession(found)
      keyWanted.value = found.key_needed && !found.signed_in ? 'This service needs a key.' : null
    }, setTrouble)
  }, [round])
  const again = () => setRound(round + 1)
  const ready = session && (!session.key_needed || session.signed_in || keyWanted.value === null)
  return (
    <>
      {trouble ? <><Bar /><main class="plain-main"><Trouble error={trouble} again={again} /></main></> : ready && <Views key={round} session={session} />}
      {keyWanted.value !== null && <KeyDialog why={keyWanted.value} onDone={again} />}
      <Notes />
    </>
  )
}

function Views({ session }: { session: Session }) {
  const now = route.value
  if (session.mode === 'view' && session.job) {
    if (now.name !== 'document') return <JobView key={session.job} job={session.job} local />
    return <DocumentView key={now.document} job={session.job} document={now.document} page={now.page} local />
  }
  switch (now.name) {
    case 'job': return <JobView key={now.job} job={now.job} local={false} />
    case 'document': return <DocumentView key={`${now.job} ${now.document}`} job={now.job} document={now.document} page={now.page} local={false} />
    case 'invoices': return <InvoicesView key={now.job} job={now.job} document={now.document} part={now.part} />
    default: return <Home />
  }
}

function KeyDialog({ why, onDone }: { why: string; onDone: () => void }) {
  const [key, setKey] = useState('')
  const send = (event: Event) => {
    event.preventDefault()
    signIn(key).then(onDone, tellError)
  }
  return (
    <Dialog title="Sign in" onClose={() => undefined}>
      <form class="key-form" onSubmit={send}>
        <p>{why} Whoever runs it makes one with <code>docparse keys create</code>.</p>
        <label>Key<input type="password" value={key} autocomplete="current-password" onInput={(event) => setKey(event.currentTarget.value)} /></label>
        <Button look="main" type="submit" disabled={!key.trim()}>Sign in</Button>
      </form>
    </Dialog>
  )
}
