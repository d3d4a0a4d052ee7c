import './style/base.css'
import './style/controls.css'
import './style/home.css'
import './style/document.css'
import './style/blocks.css'
import './style/invoices.css'
import { render } from 'preact'
import { App } from './App'

render(<App />, document.getElementById('app')!)
