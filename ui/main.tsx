import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Api } from './api.ts'
import { App } from './app.tsx'
import { ChoiceStore } from './choices.ts'
import { takeCode } from './session.ts'
import './style.css'

// A newer Impetus has other files than this page knows: one reload fetches the page that knows them.
addEventListener('vite:preloadError', event => {
  const place = 'impetus.reloaded'
  if (sessionStorage.getItem(place) !== null) return
  sessionStorage.setItem(place, 'yes')
  event.preventDefault()
  location.reload()
})

const choices = new ChoiceStore()
choices.start()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the dashboard')
createRoot(root).render(
  <StrictMode>
    <App api={new Api()} choices={choices} code={takeCode()} />
  </StrictMode>,
)
